/// condition_variable: waiting until somebody says that something has changed.
///
///     return cv.wait([this] { return _ready; });
#pragma once

#include <seastar/core/internal/waiter_queue.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

namespace seastar {

/// The variable is gone, or was declared broken.
class broken_condition_variable : public std::exception {
public:
    const char* what() const noexcept override;
};
class condition_variable_timed_out : public std::exception {
public:
    const char* what() const noexcept override;
};

/// Shard: one. Who waits is woken in order. A signal that nobody waits for is kept for the next one who does, once; a
/// broadcast is not. Destroying it fails those who wait.
class condition_variable {
    internal::waiter_queue _waiters;
    internal::late_exception _broken;
    bool _signalled = false;

public:
    using clock = timer<>::clock;
    using duration = clock::duration;
    using time_point = clock::time_point;

    condition_variable() noexcept = default;
    /// Requires: nobody waits.
    condition_variable(condition_variable&&) noexcept = default;
    condition_variable& operator=(condition_variable&&) noexcept = default;
    ~condition_variable() { broken(); }

    /// Resolves at the next signal() or broadcast(); fails with broken_condition_variable.
    future<> wait() noexcept;
    /// The same until a time; then it fails with condition_variable_timed_out.
    template <typename Clock, typename Duration>
    future<> wait(std::chrono::time_point<Clock, Duration> timeout) noexcept {
        if (_broken || _signalled) {
            return wait();
        }
        using waiter = internal::timed_waiter<condition_variable, timer<Clock>>;
        return internal::wait_in(_waiters, [&] { return new waiter(0, *this, timeout); });
    }
    template <typename Rep, typename Period>
    future<> wait(std::chrono::duration<Rep, Period> timeout) noexcept {
        return wait(from_now(timeout));
    }
    /// The same until an abort is requested; then it fails with abort_requested_exception.
    future<> wait(abort_source& as) noexcept {
        if (_broken || _signalled) {
            return wait();
        }
        if (as.abort_requested()) {
            return make_exception_future<>(abort_requested_exception());
        }
        using waiter = internal::abortable_waiter<condition_variable>;
        return internal::wait_in(_waiters, [&] { return new waiter(0, *this, as); });
    }
    /// Waits until pred() is true, which is asked first and after each wake-up.
    template <typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(Pred&& pred) noexcept {
        return do_until(std::decay_t<Pred>(std::forward<Pred>(pred)), [this] { return wait(); });
    }
    template <typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(abort_source& as, Pred&& pred) noexcept {
        return do_until(std::decay_t<Pred>(std::forward<Pred>(pred)), [this, &as] { return wait(as); });
    }
    template <typename Clock, typename Duration, typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(std::chrono::time_point<Clock, Duration> timeout, Pred&& pred) noexcept {
        return do_until(std::decay_t<Pred>(std::forward<Pred>(pred)), [this, timeout] { return wait(timeout); });
    }
    template <typename Rep, typename Period, typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(std::chrono::duration<Rep, Period> timeout, Pred&& pred) noexcept {
        return wait(from_now(timeout), std::forward<Pred>(pred));
    }
    /// wait() as coroutines spell it: co_await cv.when(...).
    template <typename... Args>
    future<> when(Args&&... args) noexcept {
        return wait(std::forward<Args>(args)...);
    }

    bool has_waiters() const noexcept { return !_waiters.empty(); }
    /// Wakes the first one, or the next one to come.
    void signal() noexcept;
    /// Wakes all who wait now.
    void broadcast() noexcept;
    /// Fails who waits and who will wait.
    void broken() noexcept;
    template <typename Exception>
    void broken(Exception ex) noexcept {
        if constexpr (std::is_same_v<Exception, std::exception_ptr>) {
            fail_all(std::move(ex));
        } else {
            fail_all(std::make_exception_ptr(std::move(ex)));
        }
    }

private:
    template <typename Owner, typename Timer>
    friend class internal::timed_waiter;
    template <typename Owner>
    friend class internal::abortable_waiter;

    template <typename Rep, typename Period>
    static time_point from_now(std::chrono::duration<Rep, Period> d) noexcept {
        auto now = internal::timer_now<clock>();
        return d > time_point::max() - now ? time_point::max() : now + std::chrono::duration_cast<duration>(d);
    }
    void timed_out(internal::waiter& w) noexcept;
    void aborted(internal::waiter& w) noexcept;
    void fail_all(std::exception_ptr ex) noexcept;
};

}
