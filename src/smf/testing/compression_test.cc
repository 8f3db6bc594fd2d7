/// Compression filters on both ends of a connection.
#include "smf/testing/server_fixture.hh"

#include <smf/lz4_filter.h>
#include <smf/rpc_client.h>
#include <smf/rpc_server.h>
#include <smf/zstd_filter.h>

#include <seastar/core/sharded.hh>
#include <seastar/util/later.hh>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace smf {
namespace {

using sample::EchoClient;

EchoClient client_of(uint16_t port) {
    return EchoClient(seastar::ipv4_addr("127.0.0.1", port));
}

/// The reply's text, or its status.
std::string say(EchoClient& c, std::string t) {
    auto r = c.Say(text(std::move(t))).get();
    return r.ctx->status() == 200 ? r->text()->str() : std::to_string(r.ctx->status());
}

/// A request whose body the filter has compressed, as bytes.
template <typename Compress>
raw_frame compressed(raw_frame f) {
    auto h = f.header;
    auto e = Compress(0)(rpc_envelope(seastar::temporary_buffer<char>(f.body.data(), f.body.size()))).get();
    f.body = std::string(e.letter.body.get(), e.letter.body.size());
    f.header = e.letter.header;
    f.header.mutate_session(h.session());
    f.header.mutate_meta(h.meta());
    return f;
}

template <typename Compress, typename Expand>
void both_ways() {
    run_app([] {
        server_fixture f;
        f.server.incoming_filters.emplace_back(Expand());
        f.server.outgoing_filters.emplace_back(Compress(1000));
        f.start();
        auto c = client_of(f.server.port());
        c.outgoing_filters().push_back(Compress(1000));
        c.incoming_filters().push_back(Expand());
        for (size_t n : {10, 5000, 1000000}) {
            std::string t(n, 'x');
            auto before = f.server.stats.incoming_bytes;
            EXPECT_EQ(say(c, t), t);
            EXPECT_LT(f.server.stats.incoming_bytes - before, n > 1000 ? n / 2 : 100);
        }
        c.stop().get();
    });
}
TEST(Compression, WorksBothWaysWithZstd) {
    both_ways<zstd_compression_filter, zstd_decompression_filter>();
}
TEST(Compression, WorksBothWaysWithLz4) {
    both_ways<lz4_compression_filter, lz4_decompression_filter>();
}

TEST(Compression, IsUndoneByAServerThatRegistersTheCompressionFilter) {
    run_app([] {
        using zstd_t = zstd_compression_filter;
        seastar::sharded<rpc_server> server;
        server.start(quiet_args()).get();
        server.invoke_on_all(&rpc_server::register_service<echo_service>).get();
        server.invoke_on_all(&rpc_server::register_incoming_filter<zstd_t>, 1000).get();
        server.local().register_incoming_filter<lz4_compression_filter>(1000);
        server.invoke_on_all(&rpc_server::start).get();
        auto c = client_of(server.local().port());
        c.outgoing_filters().push_back(zstd_compression_filter(1000));
        EXPECT_EQ(say(c, std::string(5000, 'x')), std::string(5000, 'x'));
        c.outgoing_filters().clear();
        c.outgoing_filters().push_back(lz4_compression_filter(1000));
        EXPECT_EQ(say(c, std::string(5000, 'y')), std::string(5000, 'y'));
        c.stop().get();
        server.stop().get();
    });
}

TEST(Compression, OfALargeBodyTakesStepsAndIsOneFrame) {
    run_app([] {
        std::string noise(4 << 20, '\0');
        std::minstd_rand random(1);
        for (auto& c : noise) {
            c = static_cast<char>(random() % 64);
        }
        auto compress = [&](size_t size) {
            return zstd_compression_filter(0)(rpc_envelope(seastar::temporary_buffer<char>(noise.data(), size)));
        };
        auto large = compress(noise.size());
        auto other = compress(1 << 20); // waits for the first
        EXPECT_FALSE(large.available());
        EXPECT_FALSE(other.available());
        EXPECT_TRUE(compress(1000).available());
        size_t turns = 0;
        while (!large.available()) {
            seastar::yield().get();
            ++turns;
        }
        EXPECT_GT(turns, 1u); // the shard had time for others; how often depends on its speed
        for (auto* f : {&large, &other}) {
            auto e = f->get();
            auto size = f == &large ? noise.size() : size_t(1) << 20;
            EXPECT_EQ(e.letter.header.compression(), rpc::compression_flags::compression_flags_zstd);
            EXPECT_EQ(e.letter.header.size(), e.letter.body.size());
            EXPECT_LT(e.letter.body.size(), size * 4 / 5);
            rpc_recv_context c({}, e.letter.header, std::move(e.letter.body));
            c = zstd_decompression_filter()(std::move(c)).get();
            EXPECT_TRUE(std::string_view(c.payload.get(), c.payload.size()) == std::string_view(noise).substr(0, size));
        }
    });
}

TEST(Compression, IsRefusedWhereItIsDamagedOrTooLargeAndTheConnectionGoesOn) {
    run_app([] {
        auto args = quiet_args();
        args.body_size_max = 100000;
        server_fixture f(args);
        f.server.incoming_filters.emplace_back(zstd_decompression_filter());
        f.server.incoming_filters.emplace_back(lz4_decompression_filter());
        auto outgoing = 0;
        f.server.outgoing_filters.emplace_back([&](rpc_envelope&& e) {
            ++outgoing;
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto p = f.connect();
        auto refused = [&](raw_frame r) {
            r.header.mutate_size(static_cast<uint32_t>(r.body.size()));
            r.header.mutate_checksum(rpc_checksum_payload(r.body.data(), r.body.size()));
            EXPECT_EQ(p.ask(r), 400u);
        };
        for (size_t n : {100, 5000}) {
            auto z = compressed<zstd_compression_filter>(request("Say", 1, std::string(n, 'x')));
            auto l = compressed<lz4_compression_filter>(request("Say", 1, std::string(n, 'x')));
            for (auto& good : {z, l}) {
                auto bad = good;
                bad.body.pop_back();
                refused(bad);
                bad = good;
                bad.body.resize(3);
                refused(bad);
                bad.body = std::string(50, 'x');
                refused(bad);
                EXPECT_EQ(outgoing, 0);
                EXPECT_EQ(p.ask(good), 200u);
                outgoing = 0;
            }
        }
        // What is allowed to a filter may still be too large for the server.
        auto large = request("Say", 2, std::string(200000, 'x'));
        EXPECT_EQ(p.ask(compressed<zstd_compression_filter>(large)), 400u);
        EXPECT_EQ(p.ask(compressed<lz4_compression_filter>(large)), 400u);
        // Compressed again, inside.
        refused(compressed<zstd_compression_filter>(compressed<zstd_compression_filter>(request("Say", 3))));
        EXPECT_EQ(f.server.stats.failed_requests, 0u);
        EXPECT_EQ(f.server.stats.bad_requests, 15u);
        EXPECT_TRUE(p.works());
    });
}

TEST(Compression, IsChargedAsWhatItExpandsTo) {
    run_app([] {
        auto args = quiet_args();
        args.connection_memory_max = 1000000;
        server_fixture f(args);
        f.server.incoming_filters.emplace_back(zstd_decompression_filter());
        f.start();
        auto p = f.connect();
        auto one = compressed<zstd_compression_filter>(request("Held", 1, std::string(600000, 'x'))).bytes();
        ASSERT_LT(one.size(), 1000u);
        for (size_t i = 1; i <= 2; ++i) {
            p.send(one);
            EXPECT_TRUE(eventually([&] { return f.held.calls.size() == i; }));
            EXPECT_GT(f.server.memory.used(), i * 600000);
        }
        p.send(one); // not read: the connection holds enough
        auto other = f.connect();
        EXPECT_TRUE(other.works());
        EXPECT_EQ(f.held.calls.size(), 2u);
        f.held.release_all();
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 1; }));
        f.held.release_all();
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(p.status(1), 200u);
        }
    });
}

TEST(Compression, OfAReplyThatIsDamagedFailsThatCall) {
    run_app([] {
        server_fixture f;
        f.server.outgoing_filters.emplace_back(zstd_compression_filter(100));
        f.server.outgoing_filters.emplace_back([](rpc_envelope&& e) {
            if (e.letter.header.compression() == rpc::compression_flags::compression_flags_zstd) {
                e.letter.body.trim(e.letter.body.size() - 1);
                e.seal();
            }
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto c = client_of(f.server.port());
        c.incoming_filters().push_back(zstd_decompression_filter());
        EXPECT_THROW(say(c, std::string(5000, 'x')), std::runtime_error);
        EXPECT_EQ(say(c, "small"), "small");
        c.stop().get();
    });
}

}
}
