/// The metrics of a server: group smf::rpc_server.
#include "server_core.hh"

#include <seastar/core/metrics.hh>

namespace smf::internal {

void server_core::register_metrics() {
    namespace sm = seastar::metrics;
    auto& s = stats;
    std::vector<sm::metric_definition> all = {
        sm::make_gauge("active_connections", s.active_connections, sm::description("Connections that are open now")),
        sm::make_counter("total_connections", s.total_connections, sm::description("Connections that were accepted")),
        sm::make_counter("incoming_bytes", s.incoming_bytes, sm::description("Bytes received, headers included")),
        sm::make_counter("outgoing_bytes", s.outgoing_bytes, sm::description("Bytes sent, headers included")),
        sm::make_counter("bad_requests", s.bad_requests, sm::description("Requests answered by 400")),
        sm::make_counter("no_route_requests", s.no_route_requests,
                         sm::description("Requests for a method that no service has, answered by 404")),
        sm::make_counter("too_large_requests", s.too_large_requests,
                         sm::description("Requests above the size limit, answered by 413")),
        sm::make_counter("refused_requests", s.refused_requests,
                         sm::description("Requests answered by 429 (too many at once) or 503 (stopping)")),
        sm::make_counter("failed_requests", s.failed_requests,
                         sm::description("Requests whose handler or filter failed")),
        sm::make_counter("timed_out_requests", s.timed_out_requests,
                         sm::description("Requests answered by 408 because their handler took too long")),
        sm::make_counter("completed_requests", s.completed_requests,
                         sm::description("Requests answered by their handler")),
        sm::make_gauge("running_requests", s.running_requests, sm::description("Requests that run now")),
        sm::make_counter("accept_errors", s.accept_errors, sm::description("Failures to accept a connection")),
        sm::make_gauge("memory_used", [this] { return memory.used(); },
                       sm::description("Bytes held for requests and unsent replies")),
        sm::make_histogram("handler_dispatch_latency", [this] { return latencies->seastar_histogram_logform(); },
                           sm::description("Microseconds from a complete request to its reply")),
    };
    for (size_t i = 0; i < close_reason_count; ++i) {
        all.push_back(sm::make_counter("closed_connections", s.closed[i], sm::description("Connections that were closed"),
                                       {sm::label_instance("reason", to_string(static_cast<close_reason>(i)))}));
    }
    _metrics.add_group("smf::rpc_server", all);
}

}
