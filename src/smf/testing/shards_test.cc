/// Servers and clients on several shards: under load, stopped in the middle of it, again and again.
#include "smf/testing/server_fixture.hh"

#include <smf/rpc_client.h>

#include <seastar/core/loop.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/when_all.hh>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace smf {
namespace {

constexpr unsigned shards = 2;

/// A shard's part of the server.
struct shard_server {
    held_calls held;
    server_core core;

    explicit shard_server(rpc_server_args a) : core(std::move(a)) {
        core.router.register_service(std::make_unique<echo_service>(&held));
    }
    seastar::future<> stop() {
        return core.stop().then([this] {
            EXPECT_EQ(core.memory.used(), 0u);
            EXPECT_EQ(core.stats.running_requests, 0u);
            EXPECT_EQ(core.stats.active_connections, 0u);
        });
    }
};

/// A shard's clients, each with some calls in flight until it can call no more.
class shard_load {
    static constexpr unsigned calls_at_once = 8;
    std::vector<std::unique_ptr<sample::EchoClient>> _clients;
    std::vector<seastar::future<>> _running;
    uint64_t _answered = 0;
    uint64_t _broken = 0;

    /// Calls until one fails, as the server leaves.
    seastar::future<> call_on(sample::EchoClient& c) {
        return seastar::repeat([this, &c] {
            auto number = static_cast<uint32_t>(_answered);
            return c.Say(text(std::string(number % 3000, 'x'), number)).then_wrapped([this, number](auto f) {
                if (f.failed()) {
                    f.ignore_ready_future();
                    ++_broken;
                    return seastar::stop_iteration::yes;
                }
                auto r = f.get();
                auto status = r.ctx->status();
                EXPECT_TRUE(status == 200 || status == 503) << status;
                if (status == 200) {
                    EXPECT_EQ(r->number(), number);
                    EXPECT_EQ(r->text()->size(), number % 3000);
                    ++_answered;
                }
                return seastar::stop_iteration::no;
            });
        });
    }

public:
    seastar::future<> connect(uint16_t port, unsigned clients) {
        for (unsigned i = 0; i < clients; ++i) {
            _clients.push_back(std::make_unique<sample::EchoClient>(seastar::ipv4_addr("127.0.0.1", port)));
        }
        return seastar::parallel_for_each(_clients, [](auto& c) { return c->connect(); });
    }
    void start() {
        for (auto& c : _clients) {
            for (unsigned i = 0; i < calls_at_once; ++i) {
                _running.push_back(call_on(*c));
            }
        }
    }
    /// Requires: the server has left, or leaves.
    seastar::future<> stop() {
        return seastar::when_all_succeed(_running.begin(), _running.end()).discard_result().then([this] {
            EXPECT_EQ(_broken, _running.size());
            EXPECT_GT(_answered, 0u);
            return seastar::parallel_for_each(_clients, [](auto& c) { return c->stop(); });
        });
    }
};

/// One that was free a moment ago: all shards of a server need the same.
uint16_t free_port() {
    seastar::listen_options o;
    o.reuse_address = true;
    return seastar::listen(seastar::socket_address(seastar::ipv4_addr("127.0.0.1", 0)), o).local_address().port();
}

template <typename Get>
std::vector<uint64_t> of_each(seastar::sharded<shard_server>& server, Get get) {
    std::vector<uint64_t> values;
    for (unsigned i = 0; i < shards; ++i) {
        values.push_back(server.invoke_on(i, [get](shard_server& s) -> uint64_t { return get(s.core); }).get());
    }
    return values;
}

TEST(Shards, ShareTheConnectionsOfOnePort) {
    run_app([] {
        auto args = quiet_args();
        args.rpc_port = free_port();
        seastar::sharded<shard_server> server;
        server.start(args).get();
        server.invoke_on_all([](shard_server& s) { s.core.start(); }).get();
        {
            std::vector<raw_peer> peers;
            for (int i = 0; i < 8; ++i) {
                peers.emplace_back(args.rpc_port);
                EXPECT_TRUE(peers.back().works());
            }
            EXPECT_EQ(of_each(server, [](auto& c) { return c.stats.active_connections; }),
                      (std::vector<uint64_t>{4, 4}));
        }
        server.stop().get();
    }, shards);
}

TEST(Shards, StopUnderLoadTwentyTimesAndLeaveNothingBehind) {
    run_app([] {
        size_t descriptors = 0;
        uint64_t memory = 0;
        for (int round = 0; round < 20; ++round) {
            auto args = quiet_args();
            args.rpc_port = free_port();
            seastar::sharded<shard_server> server;
            seastar::sharded<shard_load> load;
            server.start(args).get();
            server.invoke_on_all([](shard_server& s) { s.core.start(); }).get();
            load.start().get();
            load.invoke_on_all([port = args.rpc_port](shard_load& l) { return l.connect(port, 4); }).get();
            load.invoke_on_all([](shard_load& l) { l.start(); }).get();
            auto served = [&] { return of_each(server, [](auto& c) { return c.stats.completed_requests; }); };
            EXPECT_TRUE(eventually([&] { return std::ranges::min(served()) >= 200; }));

            server.stop().get(); // with calls on their way, in handlers and in sockets
            load.stop().get();
            if (round == 4) {
                EXPECT_TRUE(eventually([&] { return std::exchange(descriptors, open_descriptors()) == descriptors; }));
                memory = seastar::memory::stats().allocated_memory();
            }
        }
        EXPECT_TRUE(eventually([&] { return open_descriptors() <= descriptors; }));
        EXPECT_LT(seastar::memory::stats().allocated_memory(), memory + (1 << 20));
    }, shards);
}

}
}
