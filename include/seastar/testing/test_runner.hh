/// Runs the shards beside Boost.Test: Boost.Test has the main thread, and gives each test's body to shard 0.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/util/noncopyable_function.hh>

#include <cstdint>
#include <memory>

namespace seastar::testing {

/// Used by one thread, which is no shard: the one that runs the tests.
class test_runner {
public:
    test_runner();
    ~test_runner();
    test_runner(const test_runner&) = delete;

    /// Starts the shards with these options, argv[0] first; no effect if they run. True if they do.
    bool start(int argc, char** argv);
    /// Calls the task on shard 0 and waits for its future; rethrows its failure. Throws std::runtime_error when the
    /// shards do not run.
    void run_sync(noncopyable_function<future<>()> task);
    /// Stops the shards. The exit status of theirs: 0, or why they could not start.
    int finalize();
    /// Of --random-seed, or by chance; printed when the shards start, so that a failure can be repeated.
    uint32_t random_seed() const noexcept;

private:
    struct impl;
    std::unique_ptr<impl> _impl;
};

/// The one that the test macros use.
test_runner& global_test_runner();

}
