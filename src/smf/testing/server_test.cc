#include "smf/server/server_core.hh"

#include "smf/testing/echo_service.hh"
#include "smf/testing/raw_peer.hh"
#include "smf/testing/run_app.hh"

#include <smf/rpc_server.h>

#include <seastar/core/sleep.hh>
#include <seastar/core/smp.hh>

#include <gtest/gtest.h>

#include <algorithm>
#include <dirent.h>
#include <list>
#include <set>
#include <sys/resource.h>

namespace smf {
namespace {

using namespace std::chrono_literals;
using internal::server_core;

rpc_server_args quiet_args() {
    rpc_server_args a;
    a.ip = "127.0.0.1";
    a.rpc_port = 0;
    a.flags = rpc_server_flags_disable_http_server;
    return a;
}

/// Until it is true, or 10 s are over.
template <typename F>
bool eventually(F f) {
    for (int i = 0; i < 1000; ++i) {
        if (f()) {
            return true;
        }
        seastar::sleep(10ms).get();
    }
    return f();
}

/// A server of the echo service, and the check that it ends as it began.
struct fixture {
    held_calls held;
    server_core server;

    explicit fixture(rpc_server_args a = quiet_args()) : server(std::move(a)) {
        server.router.register_service(std::make_unique<echo_service>(&held));
    }
    ~fixture() {
        held.release_all();
        EXPECT_TRUE(eventually([&] {
            held.release_all();
            return server.stats.running_requests == 0;
        }));
        server.stop().get();
        EXPECT_EQ(server.memory.used(), 0u);
        EXPECT_EQ(server.stats.active_connections, 0u);
    }
    fixture& start() {
        server.start();
        return *this;
    }
    raw_peer connect() { return raw_peer(server.port()); }
    uint64_t closed(close_reason r) const { return server.stats.closed[static_cast<size_t>(r)]; }
    bool gone(uint64_t connections = 0) {
        return eventually([&] { return server.stats.active_connections == connections; });
    }
};

TEST(Server, AnswersAGoldenRequestByTheBytesOfItsReply) {
    run_app([] {
        fixture f;
        f.start();
        auto p = f.connect();
        p.send(request("Say", 77, "text", 7));
        auto reply = p.receive();
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->body, request("Say", 77, "text", 7).body);
        EXPECT_EQ(reply->header, frame_of(reply->body, 77, 200).header);
    });
}

// The outcome table.

TEST(Server, Answers400AndGoesOn) {
    run_app([] {
        fixture f;
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
        fixture f;
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
        fixture f;
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
        fixture f;
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
        fixture f(args);
        f.start();
        auto p = f.connect();
        EXPECT_TRUE(p.works());
        EXPECT_EQ(p.ask(request("Say", 1, std::string(990000, 'x'))), 200u);
        auto r = request("Say", 9);
        r.header.mutate_size(1000000);
        EXPECT_EQ(p.ask(r), 413u);
    });
}

TEST(Server, HasAQuarterOfItsShardsPartOfTheProgramsMemory) {
    auto limit = [](uint64_t configured) {
        auto args = quiet_args();
        args.memory_avail_per_core = configured;
        return server_core(args).memory.limit();
    };
    for (unsigned shards : {1u, 2u}) {
        run_app([&] {
            auto quarter = (uint64_t(400) << 20) / shards / 4;
            for (unsigned shard = 0; shard < shards; ++shard) {
                EXPECT_EQ(seastar::smp::submit_to(shard, [&] { return limit(uint64_t(1) << 31); }).get(), quarter);
                EXPECT_EQ(seastar::smp::submit_to(shard, [&] { return limit(1000); }).get(), 1000u);
            }
        }, shards, {"-m400M"});
    }
}

TEST(Server, ClosesAtOnceWhatIsNoFrame) {
    run_app([] {
        fixture f;
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

TEST(Server, Answers404SkipsTheBodyAndGoesOn) {
    run_app([] {
        fixture f;
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
        fixture f;
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
        fixture f(args);
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

TEST(Server, Answers429AboveTheShardsLimit) {
    run_app([] {
        auto args = quiet_args();
        args.shard_requests_max = 3;
        fixture f(args);
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
        fixture f;
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
        fixture f;
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
        fixture f(args);
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
        fixture f(args);
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
        fixture f(args);
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
        fixture f(args);
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
        fixture f;
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

// Flow.

TEST(Server, AnswersAPipelineOfRequests) {
    run_app([] {
        fixture f;
        f.start();
        auto p = f.connect();
        std::string all;
        for (uint16_t i = 1; i <= 1000; ++i) {
            all += request("Say", i, "text " + std::to_string(i), i).bytes();
        }
        p.send(all);
        std::set<uint16_t> seen;
        for (int i = 0; i < 1000; ++i) {
            auto r = p.receive();
            ASSERT_TRUE(r);
            EXPECT_EQ(r->header.meta(), 200u);
            EXPECT_TRUE(seen.insert(r->header.session()).second);
            auto session = r->header.session();
            EXPECT_EQ(r->body, request("Say", 1, "text " + std::to_string(session), session).body);
        }
    });
}

TEST(Server, PausesReadingWhenTooManyRequestsRun) {
    run_app([] {
        auto args = quiet_args();
        args.connection_requests_max = 10;
        fixture f(args);
        f.start();
        auto p = f.connect();
        std::string all;
        for (uint16_t i = 0; i < 30; ++i) {
            all += request("Held", i).bytes();
        }
        p.send(all);
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 10; }));
        auto other = f.connect();
        EXPECT_TRUE(other.works());
        EXPECT_EQ(f.held.calls.size(), 10u);
        for (int round = 0; round < 3; ++round) {
            EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 10; }));
            f.held.release_all();
            for (int i = 0; i < 10; ++i) {
                EXPECT_EQ(p.status(), 200u);
            }
        }
    });
}

TEST(Server, ServesRequestsOneByOneWhenMemoryIsShort) {
    run_app([] {
        auto args = quiet_args();
        args.memory_avail_per_core = 1500000;
        fixture f(args);
        f.start();
        std::list<raw_peer> peers;
        auto big = request("Held", 1, std::string(1000000, 'x')).bytes();
        for (int i = 0; i < 3; ++i) {
            peers.push_back(f.connect());
            peers.back().send(big.substr(0, 500));
        }
        std::vector<seastar::future<>> sending;
        for (auto& p : peers) {
            sending.push_back(seastar::async([&p, &big] { p.send(big.substr(500)); }));
        }
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 1; }));
            EXPECT_EQ(f.server.stats.running_requests, 1u);
            f.held.release_all();
            EXPECT_TRUE(eventually([&] { return f.server.stats.completed_requests == uint64_t(i + 1); }));
            // The reply is counted too, until its reader has taken it.
            auto p = std::next(peers.begin(), i);
            EXPECT_EQ(p->status(1), 200u);
        }
        for (auto& s : sending) {
            s.get();
        }
    });
}

TEST(Server, StopsReadingFromWhoDoesNotReadItsReplies) {
    run_app([] {
        auto args = quiet_args();
        args.connection_unsent_max = 100000;
        fixture f(args);
        f.start();
        auto p = f.connect();
        auto other = f.connect();
        auto one = request("Say", 1, std::string(50000, 'x')).bytes();
        constexpr uint64_t count = 400; // 20 MB: more than the sockets hold
        auto sending = seastar::async([&] {
            for (uint64_t i = 0; i < count; ++i) {
                p.send(one);
            }
        });
        uint64_t last = 0;
        EXPECT_TRUE(eventually([&] { return f.server.stats.completed_requests > 10; }));
        EXPECT_TRUE(eventually([&] {
            seastar::sleep(100ms).get();
            return std::exchange(last, f.server.stats.completed_requests) == f.server.stats.completed_requests;
        }));
        EXPECT_LT(last, count);
        EXPECT_LT(f.server.memory.used(), 2000000u);
        EXPECT_TRUE(other.works());
        for (uint64_t i = 0; i < count; ++i) {
            ASSERT_EQ(p.status(1), 200u);
        }
        sending.get();
    });
}

TEST(Server, ClosesWhoTakesNoReplies) {
    run_app([] {
        auto args = quiet_args();
        args.send_stall_timeout = 200ms;
        fixture f(args);
        f.start();
        auto p = f.connect();
        int size = 4096;
        p.socket().set_sockopt(SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
        auto one = request("Say", 1, std::string(1000000, 'x')).bytes();
        auto sending = seastar::async([&] {
            try {
                for (int i = 0; i < 50; ++i) {
                    p.send(one);
                }
            } catch (...) {
            }
        });
        EXPECT_TRUE(eventually([&] { return f.closed(close_reason::send_stalled) == 1; }));
        EXPECT_TRUE(f.gone());
        EXPECT_EQ(f.server.memory.used(), 0u);
        sending.get();
    });
}

TEST(Server, AnswersAfterTheClientHasEndedItsSide) {
    run_app([] {
        fixture f;
        f.start();
        auto p = f.connect();
        p.send(request("Held", 5));
        p.end_output();
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 1; }));
        f.held.release_all();
        EXPECT_EQ(p.status(5), 200u);
        EXPECT_EQ(p.status(), 0u);
    });
}

TEST(Server, SendsRepliesOfAnySize) {
    run_app([] {
        fixture f;
        f.start();
        auto p = f.connect();
        for (size_t n : {0u, 100u, 2000u, 2040u, 2100u, 20000u, 300000u, 4000000u, 10u}) {
            auto large = request("Say", 2, std::string(n, 'x'), 1);
            p.send(large.bytes() + request("Say", 1, "small").bytes());
            for (int i = 0; i < 2; ++i) { // in any order
                auto reply = p.receive();
                ASSERT_TRUE(reply);
                EXPECT_EQ(reply->header.meta(), 200u);
                auto expected = reply->header.session() == 2 ? large.body : request("Say", 1, "small").body;
                EXPECT_TRUE(reply->body == expected) << n;
            }
        }
    });
}

// Filters.

seastar::future<rpc_recv_context> pass(rpc_recv_context&& c) {
    return seastar::make_ready_future<rpc_recv_context>(std::move(c));
}

TEST(Server, RunsFiltersInTheirOrder) {
    run_app([] {
        fixture f;
        std::string trail;
        for (char name : {'a', 'b'}) {
            f.server.incoming_filters.emplace_back([&trail, name](rpc_recv_context&& c) {
                trail += name;
                return seastar::sleep(1ms).then([&trail, name, c = std::move(c)]() mutable {
                    trail += name;
                    return std::move(c);
                });
            });
        }
        f.server.incoming_filters.emplace_back([&trail](rpc_recv_context&& c) {
            trail += 'c';
            return pass(std::move(c));
        });
        for (char name : {'x', 'y'}) {
            f.server.outgoing_filters.emplace_back([&trail, name](rpc_envelope&& e) {
                EXPECT_EQ(e.letter.header.meta(), 200u);
                EXPECT_EQ(e.letter.header.session(), 9);
                trail += name;
                return seastar::make_ready_future<rpc_envelope>(std::move(e));
            });
        }
        f.start();
        EXPECT_EQ(f.connect().ask(request("Quiet", 9)), 200u);
        EXPECT_EQ(trail, "aabbcxy");
    });
}

TEST(Server, FiltersAllRequestsOfATurnBeforeTheFirstIsHandled) {
    run_app([] {
        fixture f;
        constexpr size_t count = 10;
        std::vector<size_t> handled; // when each request passed
        std::vector<uint16_t> in_order;
        f.server.incoming_filters.emplace_back([&](rpc_recv_context&& c) {
            handled.push_back(f.held.calls.size());
            in_order.push_back(c.session());
            return pass(std::move(c));
        });
        f.server.outgoing_filters.emplace_back([&](rpc_envelope&& e) {
            EXPECT_EQ(f.server.stats.completed_requests, 0u);
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto p = f.connect();
        std::string all;
        for (uint16_t i = 0; i < count; ++i) {
            all += request("Held", i).bytes();
        }
        p.send(all); // one segment
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == count; }));
        EXPECT_EQ(handled, std::vector<size_t>(count, 0));
        EXPECT_EQ(in_order, (std::vector<uint16_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        f.held.release_all();
        for (uint16_t i = 0; i < count; ++i) {
            EXPECT_EQ(p.status(i), 200u); // in order, too
        }
    });
}

TEST(Server, WaitsForTheFiltersWhenItStops) {
    run_app([] {
        fixture f;
        seastar::promise<> go;
        auto entered = 0;
        f.server.incoming_filters.emplace_back([&](rpc_recv_context&& c) {
            ++entered;
            return go.get_future().then([c = std::move(c)]() mutable { return std::move(c); });
        });
        f.start();
        auto p = f.connect();
        p.send(request("Say", 3));
        EXPECT_TRUE(eventually([&] { return entered == 1; }));
        auto stopped = f.server.stop();
        EXPECT_FALSE(stopped.available());
        go.set_value();
        EXPECT_EQ(p.status(3), 200u);
        stopped.get();
    });
}

TEST(Server, Answers500WhenAFilterFailsWithoutTheOutgoingFilters) {
    run_app([] {
        fixture f;
        auto outgoing = 0;
        f.server.incoming_filters.emplace_back([](rpc_recv_context&& c) {
            if (c.session() == 13) {
                throw std::runtime_error("thrown");
            }
            if (c.session() == 14) {
                return seastar::make_exception_future<rpc_recv_context>(std::runtime_error("returned"));
            }
            return pass(std::move(c));
        });
        f.server.outgoing_filters.emplace_back([&outgoing](rpc_envelope&& e) {
            ++outgoing;
            if (e.letter.header.session() == 23) {
                throw std::runtime_error("thrown");
            }
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto p = f.connect();
        EXPECT_EQ(p.ask(request("Say", 13)), 500u);
        EXPECT_EQ(p.ask(request("Say", 14)), 500u);
        EXPECT_EQ(outgoing, 0);
        EXPECT_EQ(p.ask(request("Say", 23)), 500u);
        EXPECT_EQ(p.ask(request("Say", 24)), 200u);
        EXPECT_EQ(outgoing, 2);
    });
}

// Services by hand.

class by_hand final : public rpc_service {
public:
    const char* service_name() const override { return "Echo"; }
    uint32_t service_id() const override { return echo_service().service_id(); }
    std::vector<rpc_service_method_handle> methods() override {
        std::vector<rpc_service_method_handle> handles;
        for (auto& h : echo_service().methods()) {
            if (std::string_view("Say") == h.method_name) {
                handles.emplace_back("Say", h.method_id, [](rpc_recv_context c) {
                    rpc_recv_typed_context<sample::Text> t(std::move(c));
                    rpc_typed_envelope<sample::Text> e;
                    e.data->text = "by hand: " + t->text()->str();
                    return seastar::make_ready_future<rpc_envelope>(e.serialize_data());
                });
            }
        }
        return handles;
    }
};

TEST(Server, RefusesABadBodyForAServiceWithoutAVerifier) {
    run_app([] {
        server_core server(quiet_args());
        server.router.register_service(std::make_unique<by_hand>());
        server.start();
        {
            raw_peer p(server.port());
            EXPECT_EQ(p.ask(frame_of("\xff\xff\xff\x7f----", 4, echo_id("Say"))), 400u);
            EXPECT_EQ(p.ask(request("Say", 5)), 200u);
        }
        server.stop().get();
    });
}

// Starting and stopping.

TEST(Server, StopsTwiceAndWithoutAStart) {
    run_app([] {
        rpc_server never(quiet_args());
        never.stop().get();
        never.stop().get();
        rpc_server once(quiet_args());
        once.register_service<echo_service>();
        once.start();
        EXPECT_NE(once.port(), 0);
        auto first = once.stop();
        auto second = once.stop();
        first.get();
        second.get();
        once.stop().get();
        EXPECT_THROW(once.start(), std::logic_error);
    });
}

TEST(Server, RefusesCredentials) {
    run_app([] {
        auto args = quiet_args();
        args.credentials = std::make_shared<rpc_credentials>();
        rpc_server server(args);
        EXPECT_THROW(server.start(), std::invalid_argument);
        server.stop().get();
    });
}

TEST(Server, AnswersWhatRunsBeforeItStops) {
    run_app([] {
        fixture f;
        f.start();
        auto p = f.connect();
        auto idle = f.connect();
        p.send(request("Held", 5));
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 1; }));
        auto stopped = f.server.stop();
        EXPECT_EQ(idle.status(), 0u);
        EXPECT_FALSE(stopped.available());
        f.held.release_all();
        EXPECT_EQ(p.status(5), 200u);
        EXPECT_EQ(p.status(), 0u);
        stopped.get();
    });
}

size_t open_descriptors() {
    size_t n = 0;
    auto dir = opendir("/proc/self/fd");
    while (readdir(dir)) {
        ++n;
    }
    closedir(dir);
    return n;
}

TEST(Server, LeavesNothingBehindInTwentyRounds) {
    run_app([] {
        uint16_t port = 0;
        size_t descriptors = 0;
        for (int round = 0; round < 20; ++round) {
            {
                auto args = quiet_args();
                args.rpc_port = port;
                fixture f(args);
                f.start(); // the port is free at once
                port = f.server.port();
                std::list<raw_peer> peers;
                for (int i = 0; i < 5; ++i) {
                    peers.push_back(f.connect());
                    EXPECT_TRUE(peers.back().works());
                }
                peers.front().send(request("Say", 1).bytes().substr(0, 20));
            }
            if (round == 1) {
                descriptors = open_descriptors();
            }
        }
        EXPECT_TRUE(eventually([&] { return open_descriptors() <= descriptors; }));
    });
}

TEST(Server, AcceptsAgainAfterTheDescriptorsRanOut) {
    run_app([] {
        fixture f;
        f.start();
        auto before = f.connect();
        EXPECT_TRUE(before.works());
        // Sockets that exist already can connect when no more descriptors can be had.
        std::vector<int> fds;
        for (int i = 0; i < 4; ++i) {
            fds.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        }
        rlimit old{};
        ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
        rlimit tight = old;
        tight.rlim_cur = static_cast<rlim_t>(*std::max_element(fds.begin(), fds.end()) + 1);
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(f.server.port());
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        for (auto fd : fds) {
            EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0); // the kernel's queue takes it
        }
        seastar::sleep(50ms).get();
        EXPECT_TRUE(before.works());
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
        EXPECT_TRUE(eventually([&] { return f.server.stats.active_connections == 1 + fds.size(); }));
        for (auto fd : fds) {
            ::close(fd);
        }
        EXPECT_TRUE(f.gone(1));
    });
}

TEST(Server, PausesAcceptingAtTheConnectionLimit) {
    run_app([] {
        auto args = quiet_args();
        args.connections_max = 2;
        fixture f(args);
        f.start();
        auto first = f.connect();
        auto second = f.connect();
        EXPECT_TRUE(first.works());
        EXPECT_TRUE(second.works());
        auto third = f.connect(); // waits in the kernel's queue, or in the runtime's
        third.send(request("Say", 3));
        EXPECT_TRUE(first.works());
        EXPECT_EQ(f.server.stats.active_connections, 2u);
        first.close();
        EXPECT_EQ(third.status(3), 200u);
    });
}

}
}
