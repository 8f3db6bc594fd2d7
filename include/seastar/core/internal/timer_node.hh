/// What all timers are made of, whatever their clock: a node of the shard's set of armed timers. timer.hh puts a
/// clock's types on it; src/seastar/loop/timer_queue.hh keeps the set.
#pragma once

#include <seastar/core/scheduling.hh>
#include <seastar/util/noncopyable_function.hh>

#include <cstdint>

namespace seastar {

namespace loop {
class timer_queue;
}

namespace internal {

/// The clocks that timers can follow. The values index the shard's timer queues.
enum class timer_clock : unsigned char { steady = 0, lowres = 1, manual = 2 };

/// Shard: armed, fired, cancelled and destroyed on one shard. Destroying or cancelling an armed timer means that its
/// callback does not run any more.
/// Invariant: linked into one list of its clock's queue exactly while it is queued().
class timer_node {
public:
    timer_node(timer_clock clock, noncopyable_function<void()>&& callback, scheduling_group group) noexcept
        : _callback(static_cast<noncopyable_function<void()>&&>(callback)), _group(group), _clock(clock) {}
    explicit timer_node(timer_clock clock) noexcept : _clock(clock) {}
    timer_node(timer_node&& other) noexcept;
    timer_node& operator=(timer_node&&) = delete;
    ~timer_node() {
        if (queued()) {
            cancel();
        }
    }

    void set_callback(noncopyable_function<void()>&& callback) noexcept {
        _callback = static_cast<noncopyable_function<void()>&&>(callback);
    }
    void set_group(scheduling_group group) noexcept { _group = group; }

    /// Fires at `expiry` (nanoseconds of the clock), then every `period` nanoseconds when that is not 0.
    /// Requires: not armed; the thread has a loop.
    void arm(int64_t expiry, int64_t period) noexcept;
    /// True if it was armed.
    bool cancel() noexcept;
    bool armed() const noexcept { return _armed; }
    int64_t expiry() const noexcept { return _expiry; }

private:
    friend class loop::timer_queue;
    bool queued() const noexcept { return _queue != nullptr; }

    // Written by the queue.
    timer_node* _next = nullptr;
    timer_node* _prev = nullptr;
    loop::timer_queue* _queue = nullptr;
    unsigned char _bucket = 0;

    bool _armed = false;
    int64_t _expiry = 0;
    int64_t _period = 0;
    noncopyable_function<void()> _callback;
    scheduling_group _group;
    timer_clock _clock;
};

}
}
