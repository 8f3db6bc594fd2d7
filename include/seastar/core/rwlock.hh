/// rwlock: many readers or one writer, with deadlines.
#pragma once

#include <seastar/core/semaphore.hh>

namespace seastar {

template <typename Clock>
class basic_rwlock;

/// The two faces of a lock for with_lock(): with_lock(lock.for_read(), func).
template <typename Clock = typename timer<>::clock>
class rwlock_for_read {
public:
    future<> lock();
    void unlock();
};
template <typename Clock = typename timer<>::clock>
class rwlock_for_write {
public:
    future<> lock();
    void unlock();
};

/// Shard: one. Served in order of arrival. Deadlines fail with semaphore_timed_out, an abort with semaphore_aborted.
template <typename Clock = typename timer<>::clock>
class basic_rwlock : private rwlock_for_read<Clock>, rwlock_for_write<Clock> {
    using semaphore_type = basic_semaphore<semaphore_default_exception_factory, Clock>;
    static constexpr size_t all = semaphore_type::max_counter();
    semaphore_type _sem{all}; // a reader takes one unit, a writer takes all

    friend class rwlock_for_read<Clock>;
    friend class rwlock_for_write<Clock>;

public:
    using time_point = typename semaphore_type::time_point;
    using holder = semaphore_units<semaphore_default_exception_factory, Clock>;

    rwlock_for_read<Clock>& for_read() noexcept { return *this; }
    rwlock_for_write<Clock>& for_write() noexcept { return *this; }

    future<> read_lock(time_point timeout = time_point::max()) noexcept { return _sem.wait(timeout); }
    future<> read_lock(abort_source& as) noexcept { return _sem.wait(as); }
    void read_unlock() noexcept {
        SEASTAR_ASSERT(_sem.current() < all);
        _sem.signal();
    }
    future<> write_lock(time_point timeout = time_point::max()) noexcept { return _sem.wait(timeout, all); }
    future<> write_lock(abort_source& as) noexcept { return _sem.wait(as, all); }
    void write_unlock() noexcept {
        SEASTAR_ASSERT(_sem.current() == 0);
        _sem.signal(all);
    }
    bool try_read_lock() noexcept { return _sem.try_wait(); }
    bool try_write_lock() noexcept { return _sem.try_wait(all); }

    /// The lock as an object that gives it up.
    future<holder> hold_read_lock(time_point timeout = time_point::max()) noexcept {
        return get_units(_sem, 1, timeout);
    }
    future<holder> hold_read_lock(abort_source& as) noexcept { return get_units(_sem, 1, as); }
    future<holder> hold_write_lock(time_point timeout = time_point::max()) noexcept {
        return get_units(_sem, all, timeout);
    }
    future<holder> hold_write_lock(abort_source& as) noexcept { return get_units(_sem, all, as); }
    std::optional<holder> try_hold_read_lock() noexcept { return try_get_units(_sem, 1); }
    std::optional<holder> try_hold_write_lock() noexcept { return try_get_units(_sem, all); }

    bool locked() const noexcept { return _sem.current() != all; }
};

using rwlock = basic_rwlock<>;

template <typename Clock>
future<> rwlock_for_read<Clock>::lock() {
    return static_cast<basic_rwlock<Clock>*>(this)->read_lock();
}
template <typename Clock>
void rwlock_for_read<Clock>::unlock() {
    static_cast<basic_rwlock<Clock>*>(this)->read_unlock();
}
template <typename Clock>
future<> rwlock_for_write<Clock>::lock() {
    return static_cast<basic_rwlock<Clock>*>(this)->write_lock();
}
template <typename Clock>
void rwlock_for_write<Clock>::unlock() {
    static_cast<basic_rwlock<Clock>*>(this)->write_unlock();
}

}
