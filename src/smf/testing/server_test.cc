/// Requests, replies, and their flow.
#include "smf/testing/server_fixture.hh"

#include <gtest/gtest.h>

#include <list>
#include <set>

namespace smf {
namespace {

TEST(Server, AnswersAGoldenRequestByTheBytesOfItsReply) {
    run_app([] {
        server_fixture f;
        f.start();
        auto p = f.connect();
        p.send(request("Say", 77, "text", 7));
        auto reply = p.receive();
        ASSERT_TRUE(reply);
        EXPECT_EQ(reply->body, request("Say", 77, "text", 7).body);
        EXPECT_EQ(reply->header, frame_of(reply->body, 77, 200).header);
    });
}

TEST(Server, AnswersAPipelineOfRequests) {
    run_app([] {
        server_fixture f;
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
        server_fixture f(args);
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

TEST(Server, PausesReadingWhenAConnectionHoldsTooMuchMemory) {
    run_app([] {
        auto args = quiet_args();
        args.connection_memory_max = 10000;
        server_fixture f(args);
        f.start();
        auto p = f.connect();
        auto one = request("Held", 1, std::string(4000, 'x')).bytes(); // 4.5 kB with what is charged beside it
        std::string all;
        for (int i = 0; i < 9; ++i) {
            all += one;
        }
        p.send(all);
        auto other = f.connect();
        for (int round = 0; round < 3; ++round) {
            EXPECT_TRUE(eventually([&] { return f.held.calls.size() == 3; })); // the third passes the limit
            EXPECT_TRUE(other.works());
            EXPECT_EQ(f.held.calls.size(), 3u);
            f.held.release_all();
            for (int i = 0; i < 3; ++i) {
                EXPECT_EQ(p.status(1), 200u);
            }
        }
    });
}

TEST(Server, ServesRequestsOneByOneWhenMemoryIsShort) {
    run_app([] {
        auto args = quiet_args();
        args.memory_avail_per_core = 1500000;
        server_fixture f(args);
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
        server_fixture f(args);
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
        server_fixture f(args);
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
        server_fixture f;
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
        server_fixture f;
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

}
}
