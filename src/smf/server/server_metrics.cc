/// The metrics of a server: group smf::rpc_server.
#include "server_core.hh"

#include <smf/log.h>

#include <seastar/core/metrics.hh>
#include <seastar/core/metrics_api.hh>

namespace smf::internal {

void server_core::register_metrics() {
    namespace sm = seastar::metrics;
    auto& s = stats;
    std::vector<sm::metric_definition> all;
    auto counter = [&all](const char* name, uint64_t& value, const char* what) {
        all.emplace_back(sm::make_counter(name, value, sm::description(what)));
    };
    auto gauge = [&all](const char* name, uint64_t& value, const char* what) {
        all.emplace_back(sm::make_gauge(name, value, sm::description(what)));
    };
    gauge("active_connections", s.active_connections, "Connections that are open now");
    counter("total_connections", s.total_connections, "Connections that were accepted");
    counter("incoming_bytes", s.incoming_bytes, "Bytes received, headers included");
    counter("outgoing_bytes", s.outgoing_bytes, "Bytes sent, headers included");
    counter("bad_requests", s.bad_requests, "Requests answered by 400");
    counter("no_route_requests", s.no_route_requests, "Requests for a method that no service has, answered by 404");
    counter("too_large_requests", s.too_large_requests, "Requests above the size limit, answered by 413");
    counter("refused_requests", s.refused_requests, "Requests answered by 429 (too many at once) or 503 (stopping)");
    counter("failed_requests", s.failed_requests, "Requests whose handler or filter failed otherwise");
    counter("timed_out_requests", s.timed_out_requests, "Requests answered by 408: their handler took too long");
    counter("completed_requests", s.completed_requests, "Requests answered by their handler");
    gauge("running_requests", s.running_requests, "Requests that run now");
    counter("accept_errors", s.accept_errors, "Failures to accept a connection");
    all.emplace_back(sm::make_gauge("memory_used", [this] { return memory.used(); },
                                    sm::description("Bytes held for requests and unsent replies")));
    all.emplace_back(sm::make_histogram("handler_dispatch_latency",
                                        [this] { return latencies->seastar_histogram_logform(); },
                                        sm::description("Microseconds from a complete request to its reply")));
    for (size_t i = 0; i < close_reason_count; ++i) {
        sm::label_instance reason("reason", to_string(static_cast<close_reason>(i)));
        all.emplace_back(sm::make_counter("closed_connections", s.closed[i],
                                          sm::description("Connections that were closed"), {reason}));
    }
    try {
        _metrics.add_group("smf::rpc_server", all);
    } catch (const sm::double_registration&) {
        LOG_WARN("another server of this shard has the metrics; this one's are not shown");
    }
}

}
