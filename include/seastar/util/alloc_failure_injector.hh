/// Makes allocations of the calling shard fail, one by one, so that tests see what becomes of each of them:
///
///     memory::with_allocation_failures([&] { table.insert(key, value); });
///     // Has run until no allocation was left that could fail; each time, std::bad_alloc was all that came out.
///
/// Works where shards have heaps of their own (memory::shard_heaps); elsewhere nothing fails. What is within a
/// scoped_critical_alloc_section does not fail, either.
#pragma once

#include <seastar/util/noncopyable_function.hh>

#include <cstdint>
#include <limits>

namespace seastar::memory {

/// A thread's. Idle until fail_after() or run_with_callback() is called, and then in the way of each allocation.
class alloc_failure_injector {
    static constexpr uint64_t never = std::numeric_limits<uint64_t>::max();

    uint64_t _alloc_count = 0;
    uint64_t _fail_at = never;
    bool _failed = false;
    noncopyable_function<void()> _instead; ///< of failing; none: throw std::bad_alloc

    void update() noexcept;
    void fail();

public:
    /// Called before each allocation. Throws if that one is to fail.
    void on_alloc_point();
    /// Allocations that were seen. They are while one is to fail.
    uint64_t alloc_count() const noexcept { return _alloc_count; }
    /// The allocation after `count` others fails; those that follow do not.
    void fail_after(uint64_t count) noexcept;
    void cancel() noexcept;
    /// Whether one has failed since fail_after().
    bool failed() const noexcept { return _failed; }
    /// Runs `to_run`, in which an allocation that is to fail calls `callback` instead.
    void run_with_callback(noncopyable_function<void()> callback, noncopyable_function<void()> to_run);
};

alloc_failure_injector& local_failure_injector() noexcept;

/// For allocators of one's own: here one could fail. Throws std::bad_alloc if it is to.
inline void on_alloc_point() { local_failure_injector().on_alloc_point(); }

/// Calls func again and again: at first its first allocation fails, then its second ..., until func ends before one
/// has failed. Func may throw std::bad_alloc; what else it throws comes out.
void with_allocation_failures(noncopyable_function<void()> func);

}
