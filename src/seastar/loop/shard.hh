/// One shard's loop: its tasks, timers, pollers and ring, put together. Future-free. Steppable: turn() returns, and who
/// calls it again, and when to sleep, is its caller's business (app/ for a real shard, tests, the simulator).
///
/// One turn: read the clock once; fire due timers; run tasks until there are none or the quota is used up; let the
/// pollers work; exchange with the kernel. Read next: run_queue.hh, timer_queue.hh, preemption.hh.
#pragma once

#include "kernel/ring.hh"
#include "loop/idle_polling.hh"
#include "loop/poller.hh"
#include "loop/preemption.hh"
#include "loop/run_queue.hh"
#include "loop/timer_queue.hh"

#include <seastar/core/internal/turn_end.hh>
#include <seastar/core/sstring.hh>

#include <array>
#include <optional>
#include <random>

namespace seastar::loop {

struct shard_options {
    unsigned id = 0;
    kernel::nanoseconds task_quota = 500'000;
    kernel::nanoseconds stall_threshold = 0; ///< 0: no stall detector
    unsigned stall_reports_per_minute = 5;
    kernel::nanoseconds idle_poll_time = 0; ///< looks for work this long at most before it sleeps
    bool idle_poll_always = true;           ///< false: only while that pays (idle_polling.hh)
    bool poll_mode = false;                 ///< never sleeps
    bool preempt = true;                    ///< false: no thread timer; need_preempt() stays false (tests, simulation)
    bool randomize = false;                 ///< draws which task is next, and need_preempt() (simulation)
    uint64_t seed = 0;                      ///< of the shard's random numbers

    shard_options() = default;
};

/// Lives on the thread that made it, which it makes a shard until it is destroyed: this_shard_id(), schedule(), timers
/// and need_preempt() work there. Requires: the thread is no shard yet; the ring is that thread's.
class shard {
public:
    shard(kernel::ring& ring, const shard_options& options);
    ~shard(); ///< Requires: no task is left.
    shard(const shard&) = delete;
    shard& operator=(const shard&) = delete;

    unsigned id() const noexcept { return _options.id; }
    kernel::ring& ring() noexcept { return _ring; }
    run_queue& queue() noexcept { return _queue; }
    timer_queue& timers(internal::timer_clock clock) noexcept { return _timers[static_cast<unsigned>(clock)]; }
    preemption* alarms() noexcept { return _preemption ? &*_preemption : nullptr; }
    std::mt19937_64& random() noexcept { return _random; }

    /// What scheduling_group's members answer on this shard; kept the same on all shards by shard/.
    struct group_names {
        sstring name;
        sstring short_name;
    };
    group_names& names(unsigned group) noexcept { return _names[group]; }

    const shard_options& options() const noexcept { return _options; }

    void add(poller& p) noexcept;
    void remove(poller& p) noexcept;

    void at_turn_end(internal::turn_end_hook& hook) noexcept;
    void forget(internal::turn_end_hook& hook) noexcept;

    /// Runs one task, or, when there is none, fires timers, polls, and exchanges with the kernel. True if anything was
    /// done. The finest step there is; turn() is the fast one.
    bool run_one() noexcept;
    /// True if anything was done: call again before sleeping.
    bool turn() noexcept;
    /// Turns, and sleeps when there is nothing to do, until done() or, by the clock, the deadline. True if done().
    template <typename Done>
    bool run_until(Done done, kernel::nanoseconds deadline = kernel::never) noexcept {
        while (!done()) {
            if (deadline != kernel::never && _ring.now() >= deadline) {
                return false;
            }
            turn();
            if (!_more && !done()) {
                idle(deadline);
            }
        }
        return true;
    }
    /// There was nothing to do: looks for work for idle_poll_time, then sleeps until something comes, a timer is due,
    /// or `deadline`. May return for no reason.
    void idle(kernel::nanoseconds deadline = kernel::never) noexcept;

    /// Time slept and awake since the start, in nanoseconds.
    kernel::nanoseconds idle_time() const noexcept { return _idle_time; }
    kernel::nanoseconds start_time() const noexcept { return _start_time; }

private:
    bool fire_timers(kernel::nanoseconds now) noexcept;
    bool poll_all() noexcept;
    void run_hooks() noexcept;
    bool look_for_work(kernel::nanoseconds began, kernel::nanoseconds deadline) noexcept;
    kernel::nanoseconds next_deadline() const noexcept;

    const shard_options _options;
    kernel::ring& _ring;
    run_queue _queue;
    timer_queue _timers[3];
    std::array<group_names, run_queue::max_groups> _names;
    poller* _pollers = nullptr;
    internal::turn_end_hook* _hooks = nullptr;
    internal::turn_end_hook* _last_hook = nullptr;
    unsigned _hook_count = 0;
    bool _more = false; ///< the last turn left something to do
    std::optional<preemption> _preemption;
    idle_polling _idle_polling;
    std::mt19937_64 _random;
    kernel::nanoseconds _start_time;
    kernel::nanoseconds _idle_time = 0;
};

/// The calling thread's shard. Requires: it is one.
shard& this_shard() noexcept;
/// The same, or null.
shard* this_shard_or_null() noexcept;

}
