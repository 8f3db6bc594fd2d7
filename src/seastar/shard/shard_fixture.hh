/// A whole node for tests: shards on threads of their own, without a reactor.
#pragma once

#include <seastar/core/smp.hh>

#include "kernel/backend.hh"
#include "shard/node.hh"

#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace seastar::shard {

class test_node {
public:
    explicit test_node(unsigned shards, kernel::backend backend = kernel::backend::epoll,
                       const node_options& options = {})
        : _node(shards, options), _backend(backend), _together(shards) {}

    class node& node() noexcept { return _node; }

    /// Runs func on shard 0 until its future resolves, then stops all shards. Rethrows a failure.
    void run(std::function<future<>()> func) {
        std::vector<std::thread> threads;
        for (unsigned id = 0; id < _node.shards(); ++id) {
            threads.emplace_back([this, id, &func] { run_shard(id, func); });
        }
        for (auto& t : threads) {
            t.join();
        }
        if (_failure) {
            std::rethrow_exception(std::exchange(_failure, nullptr));
        }
    }

private:
    void run_shard(unsigned id, const std::function<future<>()>& func) {
        int error = 0;
        auto ring = kernel::make_ring(_backend, error);
        ASSERT_TRUE(ring) << error;
        loop::shard_options options;
        options.id = id;
        options.seed = id;
        loop::shard shard(*ring, options);
        {
            member m(_node, shard);
            _together.arrive_and_wait();
            if (id == 0) {
                start(func);
            }
            while (!_done.load(std::memory_order_acquire)) {
                if (!shard.turn()) {
                    shard.idle(shard.ring().now() + 1'000'000'000);
                }
            }
            // As a real shard leaves: what the first round of answers set going is awaited, what never ends is dropped.
            m.settle_together();
            m.settle_together();
            _together.arrive_and_wait();
        }
        shard.queue().drop_all();
        _together.arrive_and_wait();
    }

    void start(const std::function<future<>()>& func) {
        (void)futurize_invoke(func).then_wrapped([this](future<> f) {
            if (f.failed()) {
                _failure = f.get_exception();
            }
            return smp::invoke_on_others([this] { _done.store(true, std::memory_order_release); }).then([this] {
                _done.store(true, std::memory_order_release);
            });
        });
    }

    class node _node;
    kernel::backend _backend;
    std::barrier<> _together;
    std::atomic<bool> _done{false};
    std::exception_ptr _failure;
};

}
