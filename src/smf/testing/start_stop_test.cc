/// Starting, accepting, stopping; what is left behind.
#include "smf/testing/server_fixture.hh"

#include <smf/rpc_server.h>

#include <seastar/core/memory.hh>
#include <seastar/core/smp.hh>

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <optional>
#include <sys/resource.h>

namespace smf {
namespace {

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
        server_fixture f;
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

TEST(Server, MayBeStoppedByAHandler) {
    run_app([] {
        server_fixture f;
        std::optional<seastar::future<>> stopped;
        f.server.outgoing_filters.emplace_back([&](rpc_envelope&& e) { // as good as the handler
            stopped = f.server.stop();
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto p = f.connect();
        EXPECT_EQ(p.ask(request("Say", 5)), 200u);
        EXPECT_EQ(p.status(), 0u);
        stopped->get();
        f.server.stop().get();
    });
}

/// What malloc() has handed out and not got back; 0 where a sanitizer's allocator is in its place.
uint64_t live_objects() {
    return seastar::memory::stats().live_objects();
}

TEST(Server, LeavesNothingBehindInTwoHundredRounds) {
    run_app([] {
        uint16_t port = 0;
        size_t descriptors = 0;
        uint64_t objects = 0;
        for (int round = 0; round < 200; ++round) {
            {
                auto args = quiet_args();
                args.rpc_port = port;
                server_fixture f(args);
                f.start(); // the port is free at once
                port = f.server.port();
                std::list<raw_peer> peers;
                for (int i = 0; i < 5; ++i) {
                    peers.push_back(f.connect());
                    EXPECT_TRUE(peers.back().works());
                }
                peers.front().send(request("Say", 1).bytes().substr(0, 20));
            }
            if (round == 20) { // pools have what they keep
                descriptors = open_descriptors();
                objects = live_objects();
            }
        }
        EXPECT_TRUE(eventually([&] { return open_descriptors() <= descriptors; }));
        EXPECT_LT(live_objects(), objects + 90) << "not even every other server may leave an object";
    });
}

TEST(Server, AcceptsAgainAfterTheDescriptorsRanOut) {
    run_app([] {
        server_fixture f;
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
        EXPECT_EQ(f.server.stats.active_connections, 1u);
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
        auto relief = std::chrono::steady_clock::now();
        EXPECT_TRUE(eventually([&] { return f.server.stats.active_connections == 1 + fds.size(); }));
        EXPECT_LT(std::chrono::steady_clock::now() - relief, 1s);
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
        server_fixture f(args);
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

}
}
