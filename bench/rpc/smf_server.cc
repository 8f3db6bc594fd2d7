/// What is measured: an echo over smf, as a user would write it, on one shard. Service and methods: echo.fbs. Options
/// are those of every program (`-c1`, `--reactor-backend`, ...) and --port; prints "listening PORT", and on SIGTERM
/// one line of JSON with what it has counted since its start. The Counters method answers with the same line, so that
/// a client can leave start-up and connecting out.

#include "echo.smf.fb.h"
#include "seastar/loop/shard.hh"

#include <seastar/core/app-template.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/reactor.hh>
#include <seastar/core/sharded.hh>
#include <smf/rpc_server.h>

#include <cstdio>
#include <string>

namespace bench {
namespace {

/// Of the calling shard; there is one.
constinit thread_local uint64_t requests = 0;

/// The way to the ring: the seam's own counters, which no public API shows.
seastar::kernel::ring_counters ring_counters() {
    return seastar::loop::this_shard().ring().counters();
}

std::string counters_json() {
    const auto ring = ring_counters();
    return "{\"requests\": " + std::to_string(requests) +
           ", \"allocs\": " + std::to_string(seastar::memory::stats().mallocs()) +
           ", \"syscalls\": " + std::to_string(ring.syscalls) + ", \"enters\": " + std::to_string(ring.enters) +
           ", \"writes\": " + std::to_string(ring.sends) + "}";
}

using request = smf::rpc_recv_typed_context<Text>;
using reply = smf::rpc_typed_envelope<Text>;

class echo_service final : public Echo {
    seastar::future<reply> Say(request&& r) override {
        ++requests;
        reply answer;
        if (r && r->text()) {
            answer.data->text = r->text()->str();
        }
        answer.envelope.set_status(200);
        return seastar::make_ready_future<reply>(std::move(answer));
    }

    seastar::future<smf::rpc_envelope> RawSayBytes(smf::rpc_recv_context&& r) override {
        ++requests;
        smf::rpc_envelope answer(std::move(r.payload));
        answer.set_status(200);
        return seastar::make_ready_future<smf::rpc_envelope>(std::move(answer));
    }

    seastar::future<reply> Counters(request&&) override {
        reply answer;
        answer.data->text = counters_json();
        answer.envelope.set_status(200);
        return seastar::make_ready_future<reply>(std::move(answer));
    }
};

seastar::future<> start(seastar::sharded<smf::rpc_server>& rpc, uint16_t port) {
    smf::rpc_server_args args;
    args.ip = "127.0.0.1";
    args.rpc_port = port;
    args.flags = smf::rpc_server_flags_disable_http_server;
    return rpc.start(args)
        .then([&rpc] { return rpc.invoke_on_all(&smf::rpc_server::register_service<echo_service>); })
        .then([&rpc] { return rpc.invoke_on_all(&smf::rpc_server::start); })
        .then([&rpc] {
            std::printf("listening %u\n", unsigned(rpc.local().port()));
            std::fflush(stdout);
        });
}

}
}

int main(int argc, char** argv) {
    seastar::app_template app;
    app.add_options()("port", boost::program_options::value<uint16_t>()->default_value(0),
                      "on 127.0.0.1; 0: any free one");
    seastar::sharded<smf::rpc_server> rpc;
    return app.run_deprecated(argc, argv, [&app, &rpc] {
        seastar::engine().at_exit([&rpc] {
            std::printf("%s\n", bench::counters_json().c_str());
            return rpc.stop();
        });
        return bench::start(rpc, app.configuration()["port"].as<uint16_t>());
    });
}
