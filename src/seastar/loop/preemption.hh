/// The two alarms of a shard's loop: the task quota, which makes need_preempt() true, and the stall detector, which
/// reports a task that keeps the loop from turning. They share one thread timer.
///
/// A timer that fires costs as much as several requests (an interrupt, a signal, and on a virtual machine the exits for
/// programming it), so a turn that is short, as nearly all are, has nothing to do with it. need_preempt() looks at the
/// clock itself, now and then; only when a turn has taken a good part of its quota is the timer armed for the rest,
/// which makes need_preempt() cheap and exact from there on. For stalls the timer fires every half threshold while the
/// shard is awake, and sees by when the turn began whether there is anything to do.
#pragma once

#include "kernel/ring.hh"
#include "kernel/thread_timer.hh"
#include "loop/stall_report.hh"

#include <seastar/core/internal/hot.hh>

#include <atomic>

namespace seastar::loop {

/// Told about a stall in place of stderr. Async-signal-safe: it runs inside the signal handler.
using stall_reporter = void (*)(unsigned shard, int64_t stalled_ms) noexcept;

/// What the thread has used up: CPU time, and how often it waited of its own accord (a blocking system call).
struct preemption_usage {
    kernel::nanoseconds cpu = 0;
    long waits = 0;
};

/// Times are readings of CLOCK_MONOTONIC, in nanoseconds.
class preemption {
public:
    /// `stall` 0: no stall detector. Shard: the one that makes it.
    preemption(unsigned shard, kernel::nanoseconds quota, kernel::nanoseconds stall,
               unsigned reports_per_minute) noexcept;
    ~preemption();

    /// A turn with tasks begins: the sign of life, and the start of a task quota.
    void begin_turn(kernel::nanoseconds now) noexcept {
        begin_empty_turn(now);
        __atomic_store_n(&internal::hot.preempt, 0, __ATOMIC_RELAXED);
        internal::hot.looks_left = _interval = first_interval;
        if (!armed() && _stall.load(std::memory_order_relaxed) > 0) {
            arm(0);
        }
    }
    /// A turn without tasks: a sign of life only. A shard that polls without sleeping has many of them.
    void begin_empty_turn(kernel::nanoseconds now) noexcept { _began.store(now, std::memory_order_relaxed); }
    void before_sleep() noexcept { _awake.store(false, std::memory_order_relaxed); }
    void after_sleep(kernel::nanoseconds now) noexcept {
        begin_empty_turn(now);
        _awake.store(true, std::memory_order_relaxed);
    }

    /// The look at the clock that need_preempt() takes when hot.looks_left has come down to zero.
    bool quota_used_up() noexcept;

    void set_reporter(stall_reporter reporter) noexcept { _reporter = reporter; }
    /// From the next turn on.
    void set_stall_threshold(kernel::nanoseconds stall) noexcept;
    kernel::nanoseconds stall_threshold() const noexcept { return _stall; }
    uint64_t stalls() const noexcept { return _stalls.load(std::memory_order_relaxed); }
    /// Whether the timer will fire.
    bool armed() const noexcept { return _armed.load(std::memory_order_relaxed); }

private:
    static void on_signal(const void* context) noexcept;
    void fired() noexcept;
    void look_for_stall(kernel::nanoseconds age, kernel::nanoseconds threshold) noexcept;
    void arm(kernel::nanoseconds age) noexcept;
    void report(int64_t stalled_ms) noexcept;

    static constexpr uint32_t first_interval = 2;

    // Shared with the handler on this thread. A turn goes by the time when it began.
    std::atomic<kernel::nanoseconds> _began{0};
    std::atomic<kernel::nanoseconds> _quota_of{0}; ///< the turn that has the timer armed for its quota
    std::atomic<bool> _armed{false};
    std::atomic<bool> _awake{true};
    std::atomic<uint64_t> _stalls{0};
    std::atomic<kernel::nanoseconds> _marked_turn{0}; ///< the turn that _mark is about
    std::atomic<kernel::nanoseconds> _report_at{0};   ///< its age when it is looked at next
    // The handler's.
    preemption_usage _mark; ///< when half of the threshold had passed
    kernel::interrupted_code _interrupted;
    unsigned _reports_left;
    kernel::nanoseconds _reports_since = 0;
    // The shard's.
    uint32_t _interval = first_interval; ///< calls of need_preempt() between two looks
    const unsigned _shard;
    const kernel::nanoseconds _quota;
    std::atomic<kernel::nanoseconds> _stall;
    const unsigned _reports_per_minute;
    const stall_report _report;
    stall_reporter _reporter = nullptr; ///< null: _report
    kernel::thread_timer _timer;
};

}
