/// The tasks of one shard that are ready to run: a first-in first-out list per scheduling group. Future-free and
/// steppable: it never owns the thread.
///
/// Which group runs: the one with the smallest virtual run time, where a nanosecond of a group with twice the shares
/// counts half. A group that was idle starts at the virtual time of the one that ran last, so that idling saves up
/// nothing.
///
/// Two tasks of one group have no order that anyone may rely on; randomize() draws it, and preemption too.
///
/// Time is charged when another group is picked and when the caller says so (charge()), with clock readings that the
/// caller has anyway: a turn with one busy group costs no clock reading here.
#pragma once

#include <seastar/core/task.hh>

#include "kernel/ring.hh"

#include <array>
#include <cstdint>
#include <random>

namespace seastar::loop {

class run_queue {
public:
    static constexpr unsigned max_groups = max_scheduling_groups();

    /// What happened in a group so far; for metrics.
    struct group_stats {
        uint64_t tasks = 0;
        kernel::nanoseconds run_time = 0;
    };

    /// The clock is read when groups change only.
    explicit run_queue(kernel::ring& clock) noexcept;
    ~run_queue(); ///< Requires: empty.

    void push(task* t) noexcept;
    void push_front(task* t) noexcept;

    bool empty() const noexcept { return _active == 0; }
    size_t size() const noexcept { return _size; }

    /// Runs one task. False when there is none.
    bool run_one() noexcept;

    /// Runs tasks until there are none or need_preempt(). `now`: a reading of the clock just made. True if any ran.
    bool run(kernel::nanoseconds now) noexcept;

    /// Ends the slice of the group that runs: what passed until `now` is its own.
    void charge(kernel::nanoseconds now) noexcept;

    /// The shard ends: forgets the tasks that are left, which never run (those of a loop without an end, say).
    void drop_all() noexcept;

    /// From now on one of a group's next few tasks, drawn, is run, and need_preempt() is drawn before each.
    void randomize(std::mt19937_64& dice) noexcept { _dice = &dice; }

    void set_shares(unsigned group, float shares) noexcept;
    float shares(unsigned group) const noexcept { return _groups[group].shares; }
    const group_stats& stats(unsigned group) const noexcept { return _groups[group].stats; }

    /// Tasks run since the beginning.
    uint64_t tasks_run() const noexcept { return _tasks_run; }

private:
    struct group {
        task* head = nullptr;
        task* tail = nullptr;
        int64_t vruntime = 0; ///< ns x 1000 / shares
        float shares = 1000;
        group_stats stats;
    };
    void activate(unsigned index) noexcept;
    bool pick() noexcept;
    void run_front() noexcept;
    void shuffle(group& g) noexcept;

    kernel::ring& _clock;
    std::array<group, max_groups> _groups;
    std::mt19937_64* _dice = nullptr;
    uint64_t _active = 0; ///< bit i: group i has tasks
    unsigned _current = 0;
    kernel::nanoseconds _slice_start = 0; ///< 0: no slice is open
    int64_t _last_vruntime = 0;
    uint64_t _tasks_run = 0;
    size_t _size = 0;
};

}
