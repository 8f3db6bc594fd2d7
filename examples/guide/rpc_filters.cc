// The guide's page about filters: filters, compression, latencies, and load.
#include "scores.smf.fb.h"

#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/sharded.hh>
#include <seastar/util/assert.hh>
#include <smf/load_generator.h>
#include <smf/lz4_filter.h>
#include <smf/rpc_server.h>
#include <smf/unique_histogram_adder.h>
#include <smf/zstd_filter.h>

using namespace std::chrono_literals;

namespace {

class score_service final : public scores::Scores {
    seastar::future<smf::rpc_typed_envelope<scores::Total>>
    Get(smf::rpc_recv_typed_context<scores::GetRequest>&& request) override {
        smf::rpc_typed_envelope<scores::Total> reply;
        reply.data->points = request->player()->size();
        reply.envelope.set_status(200);
        return seastar::make_ready_future<smf::rpc_typed_envelope<scores::Total>>(std::move(reply));
    }
};

// snippet: filter
// Refuses requests of more than so many bytes, as they arrived.
struct small_requests_only : smf::rpc_filter<smf::rpc_recv_context> {
    size_t size_max;
    explicit small_requests_only(size_t n) : size_max(n) {}

    seastar::future<smf::rpc_recv_context> operator()(smf::rpc_recv_context&& request) {
        if (request.payload.size() > size_max) {
            return seastar::make_exception_future<smf::rpc_recv_context>(smf::rpc_error(413, "too large here"));
        }
        return seastar::make_ready_future<smf::rpc_recv_context>(std::move(request));
    }
};
// end

// snippet: server
seastar::future<> start(seastar::sharded<smf::rpc_server>& server, smf::rpc_server_args args) {
    co_await server.start(args);
    co_await server.invoke_on_all([](smf::rpc_server& s) {
        s.register_service<score_service>();
        s.register_incoming_filter<small_requests_only>(1000);           // first: sees what arrived
        s.register_incoming_filter<smf::zstd_decompression_filter>();    // then each expands its own kind
        s.register_incoming_filter<smf::lz4_decompression_filter>();
        s.register_outgoing_filter<smf::zstd_compression_filter>(1024);  // replies with a larger body
        s.start();
    });
}
// end

// snippet: client
void use_zstd(smf::rpc_client& client) {
    client.outgoing_filters().push_back(smf::zstd_compression_filter(1024)); // bodies of more than 1024 bytes
    client.incoming_filters().push_back(smf::zstd_decompression_filter());
    client.enable_histogram_metrics();
}
// end

smf::rpc_typed_envelope<scores::GetRequest> request_of(size_t size) {
    smf::rpc_typed_envelope<scores::GetRequest> request;
    request.data->player = std::string(size, 'x');
    return request;
}

seastar::future<uint32_t> status_of(scores::ScoresClient& client, size_t size) {
    auto reply = co_await client.Get(request_of(size));
    co_return reply.ctx->status();
}

// snippet: load
seastar::future<uint64_t> put_load_on(uint16_t port) {
    smf::load_generator_args args;
    args.port = port;
    args.num_of_req = 1000;
    args.concurrency = 4; // connections, each with one call at a time
    smf::load_generator<scores::ScoresClient> load(args);
    co_await load.connect();
    auto took = co_await load.benchmark([] { return request_of(10).serialize_data(); },
                                        [](scores::ScoresClient* client, smf::rpc_envelope&& request) {
        return client->Get(std::move(request)).discard_result();
    });
    auto latencies = load.copy_histogram(); // of all connections
    SEASTAR_ASSERT(latencies->count() == took.num_of_req && latencies->value_at(99) >= latencies->value_at(50));
    co_await load.stop();
    co_return took.num_of_req;
}
// end

seastar::future<> check_all(seastar::sharded<smf::rpc_server>& server) {
    smf::rpc_server_args args;
    args.ip = "127.0.0.1";
    args.rpc_port = 0;
    args.flags = smf::rpc_server_flags_disable_http_server;
    co_await start(server, args);
    seastar::ipv4_addr address("127.0.0.1", server.local().port());

    scores::ScoresClient plain(address), compressing(address);
    use_zstd(compressing);
    SEASTAR_ASSERT(co_await status_of(plain, 10) == 200);
    SEASTAR_ASSERT(co_await status_of(plain, 5000) == 413);
    SEASTAR_ASSERT(co_await status_of(compressing, 5000) == 200);
    SEASTAR_ASSERT(compressing.get_histogram()->count() == 1);
    co_await plain.stop();
    co_await compressing.stop();

    SEASTAR_ASSERT(co_await put_load_on(server.local().port()) == 1000);
    // snippet: latencies
    auto all = co_await server.map_reduce(smf::unique_histogram_adder(), &smf::rpc_server::copy_histogram);
    auto p99 = all->value_at(99); // microseconds
    // end
    SEASTAR_ASSERT(all->count() >= 1000 && p99 <= all->max());
    co_await server.stop();
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    seastar::sharded<smf::rpc_server> server;
    return app.run(argc, argv, [&server] { return check_all(server); });
}
