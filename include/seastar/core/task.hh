/// A task: what the loop runs. Continuations, coroutines and threads are tasks; run_and_dispose() runs one to its next
/// suspension and gives back whatever it does not need any more, itself included.
#pragma once

#include <seastar/core/scheduling.hh>

namespace seastar {

namespace internal {
struct task_access;
}

/// Shard: made, run and destroyed on one shard. Linked into at most one run queue, by its own `_next`, so that
/// scheduling allocates nothing and cannot fail.
class task {
    friend struct internal::task_access;
    task* _next = nullptr;
    scheduling_group _group;

protected:
    // Disposed of by run_and_dispose(), never through a pointer to the base.
    ~task() = default;
    scheduling_group set_scheduling_group(scheduling_group group) noexcept {
        auto old = _group;
        _group = group;
        return old;
    }

public:
    explicit task(scheduling_group group = current_scheduling_group()) noexcept : _group(group) {}
    task(const task&) = delete;
    task& operator=(const task&) = delete;

    virtual void run_and_dispose() noexcept = 0;
    /// The task that waits for this one's result, or null: the next frame of an asynchronous backtrace.
    virtual task* waiting_task() noexcept = 0;
    scheduling_group group() const noexcept { return _group; }
};

/// Puts the task at the end of its group's queue on this shard. Requires: it is in no queue; the thread has a loop.
void schedule(task* t) noexcept;
/// The same, at the front.
void schedule_urgent(task* t) noexcept;
inline void schedule_checked(task* t) noexcept { schedule(t); }

namespace internal {
struct task_access {
    static task*& next(task& t) noexcept { return t._next; }
    static scheduling_group set_group(task& t, scheduling_group g) noexcept { return t.set_scheduling_group(g); }
};
}

}
