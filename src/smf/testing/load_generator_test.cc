#include <smf/load_generator.h>

#include "smf/testing/server_fixture.hh"

#include <smf/lz4_filter.h>
#include <smf/rpc_error.h>
#include <smf/zstd_filter.h>

#include <gtest/gtest.h>

#include <boost/program_options/variables_map.hpp>

#include <sstream>
#include <stdexcept>

namespace smf {
namespace {

using generator = load_generator<sample::EchoClient>;

load_generator_args args_for(uint16_t port, size_t requests, size_t connections) {
    load_generator_args a;
    a.port = port;
    a.num_of_req = requests;
    a.concurrency = connections;
    return a;
}

seastar::future<> say(sample::EchoClient* c, rpc_envelope&& e) {
    return c->Say(std::move(e)).then([](auto r) { EXPECT_EQ(r.ctx->status(), 200u); });
}

TEST(LoadGenerator, SpreadsItsRequestsOverItsConnections) {
    run_app([] {
        server_fixture f;
        f.start();
        generator g(args_for(f.server.port(), 100, 7)); // 14 each
        g.connect().get();
        EXPECT_TRUE(eventually([&] { return f.server.stats.active_connections == 7; }));
        size_t bytes = 0;
        auto took = g.benchmark([&] {
            auto e = text("x").serialize_data();
            bytes += e.size();
            return e;
        }, say).get();
        EXPECT_EQ(took.num_of_req, 98u);
        EXPECT_EQ(took.total_bytes, bytes);
        EXPECT_EQ(f.server.stats.completed_requests, 98u);
        EXPECT_EQ(g.copy_histogram()->count(), 98u);
        EXPECT_GT(took.qps(), 0u);
        g.stop().get();
    });
}

TEST(LoadGenerator, MakesOneRequestOnEachConnectionAtLeastAndShowsItTheOptions) {
    run_app([] {
        server_fixture f;
        f.start();
        boost::program_options::variables_map cfg;
        load_generator_args a("127.0.0.1", f.server.port(), 1, 3, 64 << 20,
                              rpc::compression_flags::compression_flags_none, cfg);
        generator g(a);
        g.connect().get();
        auto took = g.benchmark([&](const boost::program_options::variables_map& seen) {
            EXPECT_EQ(&seen, &cfg);
            return text("x").serialize_data();
        }, say).get();
        EXPECT_EQ(took.num_of_req, 3u);
        g.stop().get();
    });
}

TEST(LoadGenerator, CompressesWhenItIsAskedTo) {
    run_app([] {
        server_fixture f;
        f.server.incoming_filters.emplace_back(zstd_decompression_filter());
        f.server.incoming_filters.emplace_back(lz4_decompression_filter());
        f.server.outgoing_filters.emplace_back(lz4_compression_filter(1024));
        f.start();
        using kinds = rpc::compression_flags;
        for (auto kind : {kinds::compression_flags_zstd, kinds::compression_flags_lz4}) {
            auto a = args_for(f.server.port(), 1, 1);
            a.compression = kind;
            generator g(a);
            g.connect().get();
            auto before = f.server.stats.incoming_bytes;
            auto took = g.benchmark([] { return text(std::string(5000, 'x')).serialize_data(); },
                                    [kind](sample::EchoClient* c, rpc_envelope&& e) {
                return c->Say(std::move(e)).then_wrapped([kind](auto f) {
                    // A reply that is compressed in the other way is not understood.
                    EXPECT_EQ(f.failed(), kind == kinds::compression_flags_zstd);
                    f.ignore_ready_future();
                });
            }).get();
            EXPECT_GT(took.total_bytes, 5000u);
            EXPECT_LT(f.server.stats.incoming_bytes - before, 500u);
            g.stop().get();
        }
    });
}

TEST(LoadGenerator, FailsAsItsCallsDo) {
    run_app([] {
        server_fixture f;
        f.start();
        generator g(args_for(f.server.port(), 10, 2));
        g.connect().get();
        auto fails = [](sample::EchoClient*, rpc_envelope&&) {
            return seastar::make_exception_future<>(std::domain_error("no"));
        };
        EXPECT_THROW(g.benchmark([] { return text("x").serialize_data(); }, fails).get(), std::domain_error);
        g.stop().get();
        EXPECT_THROW(g.benchmark([] { return text("x").serialize_data(); }, say).get(), remote_connection_error);
    });
}

TEST(LoadGenerator, RefusesTooLittleMemoryForSeveralConnections) {
    auto a = args_for(1, 1, 2);
    a.memory_per_core = (16 << 20) - 1;
    EXPECT_THROW(generator{a}, std::invalid_argument);
    a.concurrency = 0;
    EXPECT_THROW(generator{a}, std::invalid_argument);
}

TEST(LoadGenerator, PrintsWhatItDid) {
    load_generator_duration d;
    d.num_of_req = 1000;
    d.total_bytes = 109000;
    d.end = d.begin + 500ms;
    std::ostringstream o;
    o << d;
    EXPECT_EQ(o.str(), "generator_duration={ test_duration= 500ms, qps=2000, total_bytes=106.445 KB(109000) }");
}

}
}
