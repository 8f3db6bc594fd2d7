/// What each bad frame gets: docs/internals/outcomes.md lists the rows.
#include "smf/testing/server_fixture.hh"

#include <gtest/gtest.h>

#include <seastar/util/log.hh>

#include <iostream>
#include <set>
#include <sstream>

namespace smf {
namespace {

TEST(Server, Answers400AndGoesOn) {
    run_app([] {
        server_fixture f;
        f.start();
        auto p = f.connect();
        auto empty = request("Say", 1);
        empty.body.clear();
        empty.header.mutate_size(0);
        EXPECT_EQ(p.ask(empty), 400u);
        auto checksum = request("Say", 2);
        checksum.header.mutate_checksum(checksum.header.checksum() ^ 1);
        EXPECT_EQ(p.ask(checksum), 400u);
        checksum.header.mutate_checksum(0);
        EXPECT_EQ(p.ask(checksum), 400u);
        auto headers = request("Say", 3);
        headers.header.mutate_bitflags(rpc::header_bit_flags{0x81});
        EXPECT_EQ(p.ask(headers), 400u);
        EXPECT_EQ(p.ask(frame_of("\xff\xff\xff\x7f----", 4, echo_id("Say"))), 400u);
        EXPECT_EQ(p.ask(frame_of("x", 5, echo_id("Say"))), 400u);
        for (auto codec : {2, 3}) {
            auto compressed = request("Say", 6);
            compressed.header.mutate_compression(rpc::compression_flags{int8_t(codec)});
            EXPECT_EQ(p.ask(compressed), 400u);
        }
        EXPECT_EQ(f.server.stats.bad_requests, 8u);
        EXPECT_TRUE(p.works());
    });
}

TEST(Server, Answers400WhenARequiredFieldIsMissing) {
    run_app([] {
        server_fixture f;
        f.start();
        auto p = f.connect();
        EXPECT_EQ(p.ask(frame_of(std::string("\x08\0\0\0\4\0\4\0\4\0\0\0", 12), 1, echo_id("Need"))), 400u);
        rpc_typed_envelope<sample::Strict> e;
        e.data->name = "there";
        EXPECT_EQ(p.ask(frame_of(body_of(e.serialize_data()), 1, echo_id("Need"))), 200u);
    });
}

TEST(Server, IgnoresFlagsWithoutAMeaningAndDisabledCompression) {
    run_app([] {
        server_fixture f;
        f.start();
        auto p = f.connect();
        auto r = request("Say", 1);
        r.header.mutate_bitflags(rpc::header_bit_flags{0xfe});
        r.header.mutate_compression(rpc::compression_flags::compression_flags_disabled);
        EXPECT_EQ(p.ask(r), 200u);
    });
}

TEST(Server, Answers413AndCloses) {
    run_app([] {
        server_fixture f;
        f.start();
        auto other = f.connect();
        for (uint32_t size : {(4u << 20) + 1, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
            auto p = f.connect();
            auto r = request("Say", 9);
            r.header.mutate_size(size);
            p.send(r.bytes() + std::string(1000, 'x'));
            EXPECT_EQ(p.status(9), 413u);
            EXPECT_EQ(p.status(), 0u);
            EXPECT_TRUE(other.works());
        }
        EXPECT_EQ(f.server.stats.too_large_requests, 4u);
        EXPECT_TRUE(f.gone(1));
        EXPECT_EQ(f.closed(close_reason::too_large), 4u);
    });
}

TEST(Server, Answers413WhenTheMemoryCouldNeverHoldIt) {
    run_app([] {
        auto args = quiet_args();
        args.memory_avail_per_core = 1000000;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        EXPECT_TRUE(p.works());
        EXPECT_EQ(p.ask(request("Say", 1, std::string(990000, 'x'))), 200u);
        auto r = request("Say", 9);
        r.header.mutate_size(1000000);
        EXPECT_EQ(p.ask(r), 413u);
    });
}

TEST(Server, ClosesAtOnceWhatIsNoFrame) {
    run_app([] {
        server_fixture f;
        f.start();
        auto other = f.connect();
        EXPECT_TRUE(other.works());
        for (int c : {4, 127, -1, -128}) {
            auto p = f.connect();
            auto r = request("Say", 1);
            r.header.mutate_compression(rpc::compression_flags{int8_t(c)});
            EXPECT_EQ(p.ask(r), 0u);
        }
        auto hello = f.connect();
        hello.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(400, '\x55'));
        EXPECT_EQ(hello.status(), 0u);
        auto http = f.connect();
        http.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        EXPECT_EQ(http.status(), 0u);
        EXPECT_EQ(f.closed(close_reason::bad_compression), 6u);
        EXPECT_TRUE(other.works());
    });
}

TEST(Server, GivesEachCompressionByteItsOutcome) {
    run_app([] {
        server_fixture f;
        f.start();
        for (int c = -128; c < 128; ++c) {
            auto p = f.connect();
            auto r = request("Say", 1);
            r.header.mutate_compression(rpc::compression_flags{int8_t(c)});
            auto known = c >= 0 && c <= rpc::compression_flags_max;
            EXPECT_EQ(p.ask(r), c == 0 || c == 1 ? 200u : known ? 400u : 0u) << c;
        }
        EXPECT_TRUE(f.gone());
        EXPECT_EQ(f.closed(close_reason::bad_compression), 252u);
        EXPECT_EQ(f.closed(close_reason::peer_left), 4u);
    });
}

TEST(Server, LogsOneLineASecondAboutPeersAndCountsTheOthers) {
    std::ostringstream lines;
    run_app([&] {
        seastar::logger::set_ostream(lines);
        server_fixture f;
        f.start();
        for (uint64_t i = 1; i <= 50; ++i) {
            f.connect().send(std::string(16, '\xff'));
            EXPECT_TRUE(eventually([&] { return f.closed(close_reason::bad_compression) == i; }));
        }
    });
    seastar::logger::set_ostream(std::cerr);
    auto text = lines.str();
    size_t count = 0;
    for (size_t at = 0; (at = text.find("bytes that are no frame", at)) != text.npos; ++at) {
        ++count;
    }
    EXPECT_GE(count, 1u);
    EXPECT_LE(count, 4u); // one, unless the machine takes seconds for this
}

TEST(Server, Answers404SkipsTheBodyAndGoesOn) {
    run_app([] {
        server_fixture f;
        f.start();
        auto p = f.connect();
        EXPECT_EQ(p.ask(frame_of("small", 1, 0x12345678)), 404u);
        EXPECT_EQ(p.ask(frame_of("small", 2, 0)), 404u);
        EXPECT_EQ(p.ask(frame_of(std::string(1 << 20, 'x'), 3, 0xffffffff)), 404u);
        EXPECT_EQ(f.server.stats.no_route_requests, 3u);
        EXPECT_TRUE(p.works());
    });
}

TEST(Server, AnswersByTheStatusOfTheHandlersFailure) {
    run_app([] {
        server_fixture f;
        f.start();
        auto p = f.connect();
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(p.ask(request("Throws", 1)), 500u);
            EXPECT_EQ(p.ask(request("Fails", 2)), 500u);
            EXPECT_EQ(p.ask(request("Refuses", 3, "x", 418)), 418u);
            EXPECT_EQ(p.ask(request("Missing", 4)), 501u);
            EXPECT_EQ(p.ask(request("Quiet", 5)), 200u);
            EXPECT_EQ(p.ask(request("Status", 6, "x", 0xffffffff)), 0xffffffffu);
        }
        EXPECT_EQ(f.server.stats.failed_requests, 9u);
        EXPECT_TRUE(p.works());
    });
}

TEST(Server, Answers408WhenTheHandlersDeadlinePasses) {
    run_app([] {
        auto args = quiet_args();
        args.handler_timeout = 50ms;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        EXPECT_TRUE(p.works());
        p.send(request("Held", 5));
        EXPECT_EQ(p.status(5), 408u);
        f.held.release_all(); // too late: dropped
        EXPECT_TRUE(p.works(6));
        EXPECT_EQ(f.server.stats.timed_out_requests, 1u);
    });
}

TEST(Server, Answers408WithoutTheHandlerWhenTheDeadlinePassesBefore) {
    run_app([] {
        auto args = quiet_args();
        args.handler_timeout = 50ms;
        server_fixture f(args);
        seastar::promise<> go;
        f.server.incoming_filters.emplace_back([&](rpc_recv_context&& c) {
            if (c.session() != 5) {
                return seastar::make_ready_future<rpc_recv_context>(std::move(c));
            }
            return go.get_future().then([c = std::move(c)]() mutable { return std::move(c); });
        });
        f.start();
        auto p = f.connect();
        EXPECT_EQ(p.ask(request("Held", 5)), 408u);
        go.set_value();
        EXPECT_TRUE(p.works(6)); // behind the other in the loop's order
        EXPECT_EQ(f.held.calls.size(), 0u);
        EXPECT_EQ(f.server.stats.timed_out_requests, 1u);
        EXPECT_EQ(f.server.stats.running_requests, 0u);
    });
}

TEST(Server, Answers503ToWhatArrivedBeforeItStopped) {
    run_app([] {
        auto args = quiet_args();
        args.connection_requests_max = 1;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        p.send(request("Held", 1).bytes() + request("Say", 2).bytes() + request("Say", 3).bytes());
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 1; }));
        auto stopped = f.server.stop();
        f.held.release_all();
        EXPECT_EQ(p.status(1), 200u);
        EXPECT_EQ(p.status(2), 503u);
        EXPECT_EQ(p.status(3), 503u);
        EXPECT_EQ(p.status(), 0u);
        stopped.get();
        EXPECT_EQ(f.server.stats.refused_requests, 2u);
        EXPECT_EQ(f.closed(close_reason::stopped), 1u);
    });
}

TEST(Server, Answers429AboveTheShardsLimit) {
    run_app([] {
        auto args = quiet_args();
        args.shard_requests_max = 3;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        for (uint16_t i = 0; i < 3; ++i) {
            p.send(request("Held", i));
        }
        EXPECT_EQ(p.ask(request("Say", 9)), 429u);
        f.held.release_all();
        std::set<uint32_t> seen;
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(p.status(), 200u);
        }
        EXPECT_TRUE(p.works());
        EXPECT_EQ(f.server.stats.refused_requests, 1u);
    });
}

TEST(Server, ClosesWhatIsCutOff) {
    run_app([] {
        server_fixture f;
        f.start();
        auto whole = request("Say", 1, "cut off").bytes();
        for (size_t n = 0; n < whole.size(); ++n) {
            auto p = f.connect();
            p.send(whole.substr(0, n));
            p.end_output();
            EXPECT_EQ(p.status(), 0u) << n;
        }
        EXPECT_TRUE(f.gone());
        EXPECT_EQ(f.closed(close_reason::peer_left), 1u);
        EXPECT_EQ(f.closed(close_reason::truncated), whole.size() - 1);
        EXPECT_EQ(f.server.stats.bad_requests, 0u);
        EXPECT_EQ(f.server.memory.used(), 0u);
    });
}

TEST(Server, ReadsFramesThatAreSplitAnywhere) {
    run_app([] {
        server_fixture f;
        f.start();
        auto whole = request("Say", 8, "split").bytes();
        auto p = f.connect();
        for (size_t n = 1; n < whole.size(); ++n) {
            p.send(whole.substr(0, n));
            seastar::sleep(1ms).get(); // so that it leaves in two segments; either way the answer is the same
            p.send(whole.substr(n));
            ASSERT_EQ(p.status(8), 200u) << n;
        }
    });
}

TEST(Server, ClosesASlowHeader) {
    run_app([] {
        auto args = quiet_args();
        args.header_timeout = 80ms;
        server_fixture f(args);
        f.start();
        auto idle = f.connect();
        auto p = f.connect();
        p.send(request("Say", 1).bytes().substr(0, 7));
        EXPECT_EQ(p.status(), 0u);
        EXPECT_EQ(f.closed(close_reason::header_timeout), 1u);
        EXPECT_TRUE(idle.works());
    });
}

TEST(Server, ClosesASlowBodyAndGivesItsMemoryBack) {
    run_app([] {
        auto args = quiet_args();
        args.recv_timeout = 80ms;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        p.send(request("Say", 1, std::string(1000, 'x')).bytes().substr(0, 100));
        EXPECT_EQ(p.status(), 0u);
        EXPECT_EQ(f.closed(close_reason::body_timeout), 1u);
        EXPECT_EQ(f.server.memory.used(), 0u);
    });
}

TEST(Server, ClosesABodyBelowTheMinimumRate) {
    run_app([] {
        auto args = quiet_args();
        args.header_timeout = 100ms; // the clock ticks often enough
        args.body_grace = 50ms;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        auto bytes = request("Say", 1, std::string(100000, 'x')).bytes();
        p.send(bytes.substr(0, 100));
        EXPECT_EQ(p.status(), 0u);
        EXPECT_EQ(f.closed(close_reason::body_timeout), 1u);
    });
}

TEST(Server, ClosesIdleConnectionsOnly) {
    run_app([] {
        auto args = quiet_args();
        args.idle_timeout = 100ms;
        server_fixture f(args);
        f.start();
        auto busy = f.connect();
        busy.send(request("Held", 1));
        auto idle = f.connect();
        EXPECT_TRUE(idle.works());
        EXPECT_EQ(idle.status(), 0u);
        EXPECT_EQ(f.closed(close_reason::idle), 1u);
        f.held.release_all();
        EXPECT_EQ(busy.status(1), 200u);
    });
}

TEST(Server, ForgetsWhoResetsItsConnection) {
    run_app([] {
        server_fixture f;
        f.start();
        auto other = f.connect();
        auto whole = request("Say", 1, std::string(3000, 'x')).bytes();
        for (size_t n : {0, 1, 15, 16, 17, 500, 3000}) {
            auto p = f.connect();
            p.send(whole.substr(0, n));
            p.reset();
            EXPECT_TRUE(other.works());
        }
        auto p = f.connect();
        p.send(request("Held", 1));
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 1; }));
        p.reset();
        f.held.release_all();
        EXPECT_TRUE(f.gone(1));
        EXPECT_TRUE(eventually([&] { return f.server.memory.used() == 0; }));
        EXPECT_EQ(f.server.stats.bad_requests, 0u);
    });
}

}
}
