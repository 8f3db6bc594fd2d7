/// The queue that semaphores, condition variables and locks are made of: who waits, in order, each with a promise, and
/// perhaps with a deadline or an abort_source. A wait is one allocation; giving one up takes constant time.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/future.hh>

#include <cstddef>

namespace seastar::internal {

/// One that waits. Made with new and handed to waiter_queue::add(); the queue deletes it.
class waiter : public task_allocated {
    friend class waiter_queue;
    waiter* _next = nullptr;
    waiter* _prev = nullptr;
    promise_base_with_type<void> _promise;
    size_t _weight;

public:
    /// `weight` means what the owner of the queue makes of it: units, or a kind of lock.
    explicit waiter(size_t weight) noexcept : _weight(weight) {}
    waiter(const waiter&) = delete;
    void operator=(const waiter&) = delete;
    virtual ~waiter() = default;
    size_t weight() const noexcept { return _weight; }

};

/// First in, first out. Shard: its owner's. Usable before there is an engine. Waking schedules; nothing runs inside.
class waiter_queue {
    waiter* _first = nullptr;
    waiter* _last = nullptr;
    size_t _size = 0;

public:
    constexpr waiter_queue() noexcept = default;
    /// Requires: nobody waits (the waiters' timers know where their queue's owner is).
    waiter_queue(waiter_queue&& other) noexcept { SEASTAR_ASSERT(other.empty()); }
    waiter_queue& operator=(waiter_queue&& other) noexcept {
        SEASTAR_ASSERT(empty() && other.empty());
        return *this;
    }
    /// Who still waits gets broken_promise.
    ~waiter_queue() {
        while (_first) {
            remove(*_first);
        }
    }

    bool empty() const noexcept { return !_first; }
    size_t size() const noexcept { return _size; }
    /// Requires: not empty.
    waiter& front() const noexcept { return *_first; }

    future<> add(waiter* w) noexcept;
    void wake_front() noexcept;
    void fail(waiter& w, std::exception_ptr ex) noexcept;
    void fail_all(const std::exception_ptr& ex) noexcept;

private:
    void remove(waiter& w) noexcept;
};

/// Waits until a deadline: then owner.timed_out(*this), which has to fail it.
template <typename Owner, typename Timer>
class timed_waiter final : public waiter {
    Timer _timer;

public:
    timed_waiter(size_t weight, Owner& owner, typename Timer::time_point deadline)
        : waiter(weight), _timer([this, &owner] { owner.timed_out(*this); }) {
        _timer.arm(deadline);
    }
};

/// Waits until an abort is requested: then owner.aborted(*this), which has to fail it.
template <typename Owner>
class abortable_waiter final : public waiter {
    optimized_optional<abort_source::subscription> _subscription;

public:
    abortable_waiter(size_t weight, Owner& owner, abort_source& source)
        : waiter(weight), _subscription(source.subscribe([this, &owner]() noexcept { owner.aborted(*this); })) {}
};

/// Calls make(), which returns new waiter; no memory is a failed future.
template <typename Make>
future<> wait_in(waiter_queue& queue, Make&& make) noexcept {
    try {
        return queue.add(make());
    } catch (...) {
        return current_exception_as_future();
    }
}

/// Null at first; an exception_ptr that may be initialised at compile time.
class late_exception {
    union {
        std::exception_ptr _ex;
        char _none;
    };
    bool _set = false;

public:
    constexpr late_exception() noexcept : _none(0) {}
    late_exception(late_exception&& other) noexcept : late_exception() {
        if (other._set) {
            set(other._ex);
        }
    }
    late_exception& operator=(late_exception&& other) noexcept {
        if (this != &other) {
            clear();
            if (other._set) {
                set(other._ex);
            }
        }
        return *this;
    }
    ~late_exception() { clear(); }

    explicit operator bool() const noexcept { return _set; }
    const std::exception_ptr& get() const noexcept { return _ex; }
    void set(std::exception_ptr ex) noexcept {
        clear();
        new (&_ex) std::exception_ptr(std::move(ex));
        _set = true;
    }

private:
    void clear() noexcept {
        if (_set) {
            _ex.~exception_ptr();
            _set = false;
        }
    }
};

}
