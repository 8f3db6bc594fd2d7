// Listening on several shards: who gets which connection.
#include <seastar/core/seastar.hh>
#include <seastar/core/smp.hh>

#include "net/net_fixture.hh"
#include "shard/shard_fixture.hh"

#include <algorithm>
#include <map>

namespace seastar::net {
namespace {

constexpr unsigned shards = 3;

/// What a shard of the test has: lives on that shard.
struct server {
    std::optional<server_socket> listener;
    std::vector<connected_socket> connections;
    unsigned accepted = 0;

    void accept_all() {
        (void)listener->accept().then_wrapped([this](future<accept_result> f) {
            if (f.failed()) {
                f.ignore_ready_future();
                return;
            }
            ++accepted;
            connections.push_back(std::move(f.get().connection));
            accept_all();
        });
    }
};

class ShardedListening : public ::testing::TestWithParam<kernel::backend> {
protected:
    ShardedListening() {
        int error = 0;
        _possible = kernel::make_ring(GetParam(), error) != nullptr;
    }
    void SetUp() override {
        if (!_possible) {
            GTEST_SKIP() << "no such ring here";
        }
    }
    /// Runs func in a node whose shards all have sockets; afterwards nothing is left of them.
    void run(std::function<future<>()> func) {
        shard::test_node node(shards, GetParam());
        posix::listener_registry registry(shards);
        server servers[shards];
        _servers = servers;
        node.run([&] {
            return on_each([&](server&) { posix::set_registry(&registry); }).then([&] { return func(); }).finally([&] {
                return on_each([](server& s) { s = {}; })
                    .then([] { return smp::invoke_on_all([] { posix::abandon_sockets(); }); })
                    .then([this] { return until([] { return !posix::sockets_busy(); }); });
            });
        });
    }
    template <typename Func>
    future<> on_each(Func func) {
        return smp::invoke_on_all([this, func] { return func(_servers[this_shard_id()]); });
    }
    /// Waits for a condition of this shard.
    future<> until(std::function<bool()> holds) {
        if (holds()) {
            return make_ready_future<>();
        }
        return sleep(std::chrono::milliseconds(1)).then([this, holds] { return until(holds); });
    }
    future<> listen_on_all(listen_options options = {}) {
        _servers[0].listener = listen(net_address(), options);
        auto address = _servers[0].listener->local_address();
        return on_each([address, options](server& s) {
            if (!s.listener) {
                s.listener = listen(address, options);
            }
            s.accept_all();
        });
    }
    static socket_address net_address() { return socket_address(ipv4_addr("127.0.0.1", 0)); }
    socket_address address() { return _servers[0].listener->local_address(); }

    /// One after the other, each accepted before the next.
    future<> connect_one_by_one(unsigned n) {
        if (n == 0) {
            return make_ready_future<>();
        }
        auto before = std::make_shared<unsigned>(0);
        return total().then([=, this](unsigned t) {
            *before = t;
            return connect(address());
        }).then([=, this](connected_socket c) {
            _clients.push_back(std::move(c));
            return until_total(*before + 1);
        }).then([=, this] { return connect_one_by_one(n - 1); });
    }
    future<unsigned> total() {
        auto sum = std::make_shared<unsigned>(0);
        return add_up(sum, 0).then([sum] { return *sum; });
    }
    future<> add_up(std::shared_ptr<unsigned> sum, unsigned shard) {
        if (shard == shards) {
            return make_ready_future<>();
        }
        return smp::submit_to(shard, [this, shard] { return _servers[shard].accepted; }).then([=, this](unsigned n) {
            *sum += n;
            return add_up(sum, shard + 1);
        });
    }
    future<> until_total(unsigned wanted) {
        return total().then([=, this](unsigned t) {
            if (t >= wanted) {
                return make_ready_future<>();
            }
            return sleep(std::chrono::milliseconds(1)).then([=, this] { return until_total(wanted); });
        });
    }

    bool _possible;
    server* _servers = nullptr;
    std::vector<connected_socket> _clients;
};
INSTANTIATE_TEST_SUITE_P(, ShardedListening, both_rings(), backend_name);

TEST_P(ShardedListening, SpreadsConnectionsEvenlyOverTheShards) {
    run([this] {
        return listen_on_all().then([this] { return connect_one_by_one(9); }).then([this] {
            for (unsigned s = 0; s < shards; ++s) {
                EXPECT_EQ(_servers[s].accepted, 3u) << s;
            }
            _clients.clear();
        });
    });
}

TEST_P(ShardedListening, GivesAShardThatLostItsConnectionsTheNextOnes) {
    run([this] {
        return listen_on_all().then([this] { return connect_one_by_one(6); }).then([this] {
            return smp::submit_to(1, [this] { _servers[1].connections.clear(); });
        }).then([this] {
            // Its sockets are closed when its ring has let go of them.
            return smp::submit_to(1, [this] {
                return until([] { return posix::counters().opened == posix::counters().closed; });
            });
        }).then([this] { return connect_one_by_one(2); }).then([this] {
            EXPECT_EQ(_servers[1].accepted, 4u);
            _clients.clear();
        });
    });
}

TEST_P(ShardedListening, FixedGoesToOneShard) {
    run([this] {
        listen_options options;
        options.set_fixed_cpu(2);
        return listen_on_all(options).then([this] { return connect_one_by_one(4); }).then([this] {
            EXPECT_EQ(_servers[2].accepted, 4u);
            _clients.clear();
        });
    });
}

TEST_P(ShardedListening, PortGoesByThePeersPort) {
    run([this] {
        listen_options options;
        options.lba = server_socket::load_balancing_algorithm::port;
        return listen_on_all(options).then([this] { return connect_one_by_one(8); }).then([this] {
            unsigned expected[shards] = {};
            for (auto& c : _clients) {
                ++expected[c.local_address().port() % shards];
            }
            for (unsigned s = 0; s < shards; ++s) {
                EXPECT_EQ(_servers[s].accepted, expected[s]) << s;
            }
            _clients.clear();
        });
    });
}

TEST_P(ShardedListening, GoesOnWithoutTheShardsThatStopped) {
    run([this] {
        auto kept = std::make_shared<socket_address>();
        return listen_on_all().then([=, this] {
            *kept = address();
            _servers[0].listener.reset(); // the one that owns the kernel's socket
            return smp::submit_to(2, [this] { _servers[2].listener->abort_accept(); });
        }).then([=] { return connect(*kept); }).then([=, this](connected_socket c) {
            _clients.push_back(std::move(c));
            return connect(*kept);
        }).then([=, this](connected_socket c) {
            _clients.push_back(std::move(c));
            return until_total(2);
        }).then([this] {
            EXPECT_EQ(_servers[1].accepted, 2u);
            _clients.clear();
        });
    });
}

TEST_P(ShardedListening, ThePortIsFreeWhenTheLastShardHasStopped) {
    run([this] {
        auto kept = std::make_shared<socket_address>();
        return listen_on_all().then([=, this] {
            *kept = address();
            return on_each([](server& s) { s.listener.reset(); });
        }).then([=, this] {
            return until([=] {
                kernel::descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
                return ::bind(fd.get(), &kept->as_posix_sockaddr(), kept->length()) == 0;
            });
        });
    });
}

}
}
