/// For the tests of the future layer and of those above it: makes the calling thread a shard, on an epoll ring, for the
/// time of one test.
#pragma once

#include <seastar/core/future.hh>

#include "kernel/backend.hh"
#include "loop/shard.hh"

#include <gtest/gtest.h>

#include <memory>

namespace seastar::testing {

/// A base class for test fixtures. Shard: the thread that makes it.
class loop_fixture : public ::testing::Test {
    int _error = 0;
    std::unique_ptr<kernel::ring> _ring = kernel::make_ring(kernel::backend::epoll, _error);

protected:
    loop::shard _shard;

    explicit loop_fixture(const loop::shard_options& options = loop::shard_options()) : _shard(*_ring, options) {}
    ~loop_fixture() override {
        settle();
    }

    /// Turns the loop, sleeping where there is nothing to do, until the future is there; its result.
    template <typename T>
    T run(future<T> f) {
        if (!_shard.run_until([&f] { return f.available(); }, _ring->now() + 60'000'000'000)) {
            ADD_FAILURE() << "the future did not resolve within a minute";
            std::abort();
        }
        return f.get();
    }

    /// Turns the loop until it has nothing to do now; timers stay armed.
    void settle() {
        while (_shard.turn()) {
        }
    }
};

}
