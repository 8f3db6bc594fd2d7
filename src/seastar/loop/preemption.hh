/// The two alarms of a shard's loop, on one thread timer: the task quota, which makes need_preempt() true, and the
/// stall detector, which reports a task that keeps the loop from turning.
///
/// Life of the timer while the shard is awake: armed with the quota when a turn begins; when it fires, the signal
/// handler raises the flag and arms it again with the stall threshold; the next turn arms it with the quota. A turn
/// that ends before the quota leaves it armed: at most one system call per quota, none per turn.
#pragma once

#include "kernel/ring.hh"
#include "kernel/thread_timer.hh"

#include <atomic>

namespace seastar::loop {

/// What is printed about a stall. Async-signal-safe: it runs inside the signal handler.
using stall_reporter = void (*)(unsigned shard, int64_t stalled_ms) noexcept;

/// What the thread has used up: CPU time, and how often it waited of its own accord (a blocking system call).
struct preemption_usage {
    kernel::nanoseconds cpu = 0;
    long waits = 0;
};

class preemption {
public:
    /// `stall` 0: no stall detector. Shard: the one that makes it.
    preemption(unsigned shard, kernel::nanoseconds quota, kernel::nanoseconds stall,
               unsigned reports_per_minute) noexcept;
    ~preemption();

    /// A turn with tasks begins: the sign of life, and the start of a task quota.
    void begin_turn() noexcept;
    /// A turn without tasks: a sign of life only. A shard that polls without sleeping has many of them.
    void begin_empty_turn() noexcept { count_turn(); }
    void before_sleep() noexcept { _awake.store(false, std::memory_order_relaxed); }
    void after_sleep() noexcept { _awake.store(true, std::memory_order_relaxed); }

    void set_reporter(stall_reporter reporter) noexcept { _reporter = reporter; }
    void set_stall_threshold(kernel::nanoseconds stall) noexcept { _stall = stall; }
    kernel::nanoseconds stall_threshold() const noexcept { return _stall; }
    uint64_t stalls() const noexcept { return _stalls.load(std::memory_order_relaxed); }

private:
    void count_turn() noexcept {
        _turn.store(_turn.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    static void on_signal(int) noexcept;
    void fired() noexcept;
    void report(int64_t stalled_ms) noexcept;

    enum class stage : unsigned char {
        off,   ///< nothing is armed
        quota, ///< fires at the end of the task quota
        stall, ///< fires when the turn has stalled
    };
    // Shared with the handler on this thread.
    std::atomic<stage> _stage{stage::off};
    std::atomic<bool> _awake{true};
    std::atomic<uint64_t> _turn{0};
    std::atomic<uint64_t> _stalls{0};
    // The handler's.
    uint64_t _seen_turn = 0;
    preemption_usage _mark; ///< when _seen_turn's quota was used up
    kernel::nanoseconds _stalled_for = 0;
    unsigned _reports_left;
    kernel::nanoseconds _reports_since = 0;
    // Fixed, or set from the shard.
    const unsigned _shard;
    const kernel::nanoseconds _quota;
    std::atomic<kernel::nanoseconds> _stall;
    const unsigned _reports_per_minute;
    stall_reporter _reporter;
    kernel::thread_timer _timer;
};

}
