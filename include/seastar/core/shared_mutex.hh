/// shared_mutex: many readers or one writer, for sections that wait.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/internal/waiter_queue.hh>

#include <mutex>
#include <shared_mutex>

namespace seastar {

/// Shard: one. Fair: served in order of arrival, so that neither kind starves; who can have the lock at once gets it
/// without an allocation.
class shared_mutex {
    enum kind : size_t { shared, exclusive };
    internal::waiter_queue _waiters;
    size_t _readers = 0;
    bool _writer = false;

public:
    shared_mutex() noexcept = default;
    /// Requires: nobody waits.
    shared_mutex(shared_mutex&&) noexcept = default;
    shared_mutex& operator=(shared_mutex&&) noexcept = default;

    future<> lock_shared() noexcept;
    bool try_lock_shared() noexcept;
    void unlock_shared() noexcept;
    future<> lock() noexcept;
    bool try_lock() noexcept;
    void unlock() noexcept;

private:
    bool may_read() const noexcept { return !_writer; }
    bool may_write() const noexcept { return !_writer && _readers == 0; }
    void wake() noexcept;
};

/// Calls func under the lock, held until its future has resolved. with_lock() is in do_with.hh.
template <typename Func>
auto with_shared(shared_mutex& mutex, Func&& func) noexcept {
    return mutex.lock_shared().then([&mutex, func = std::forward<Func>(func)]() mutable {
        return futurize_invoke(std::move(func)).finally([&mutex] { mutex.unlock_shared(); });
    });
}

/// The lock as an object that gives it up.
future<std::shared_lock<shared_mutex>> get_shared_lock(shared_mutex& mutex) noexcept;
future<std::unique_lock<shared_mutex>> get_unique_lock(shared_mutex& mutex) noexcept;

}
