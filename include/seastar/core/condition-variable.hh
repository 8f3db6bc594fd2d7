/// condition_variable: waiting until somebody says that something has changed.
#pragma once

#include <seastar/core/semaphore.hh>

#include <exception>

namespace seastar {

class broken_condition_variable : public std::exception {
public:
    const char* what() const noexcept override { return "Condition variable is broken"; }
};
class condition_variable_timed_out : public std::exception {
public:
    const char* what() const noexcept override { return "Condition variable timed out"; }
};

/// Lives on one shard. signal() with nobody waiting is remembered, once.
class condition_variable {
    struct exception_factory {
        static condition_variable_timed_out timeout() noexcept { return {}; }
        static broken_condition_variable broken() noexcept { return {}; }
        static semaphore_aborted aborted() noexcept { return {}; }
    };
    using sem = basic_semaphore<exception_factory>;
    sem _sem{0};
    bool _broken = false;

public:
    using duration = timer<>::duration;
    using clock = timer<>::clock;
    using time_point = timer<>::time_point;

    condition_variable() = default;
    condition_variable(condition_variable&&) = default;
    /// Whoever still waits fails with broken_condition_variable.
    ~condition_variable() {
        if (!_broken) {
            broken();
        }
    }

    future<> wait() noexcept { return _sem.wait(); }
    future<> wait(time_point timeout) noexcept { return _sem.wait(timeout); }
    future<> wait(duration timeout) noexcept { return _sem.wait(timeout); }
    /// Waits until pred() is true, which is asked first and after each signal.
    template <typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(Pred&& pred) noexcept {
        if (pred()) {
            return make_ready_future<>();
        }
        return wait().then([this, pred = std::forward<Pred>(pred)]() mutable { return wait(std::move(pred)); });
    }
    template <typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(time_point timeout, Pred&& pred) noexcept {
        if (pred()) {
            return make_ready_future<>();
        }
        return wait(timeout).then([this, timeout, pred = std::forward<Pred>(pred)]() mutable {
            return wait(timeout, std::move(pred));
        });
    }
    template <typename Pred>
        requires std::is_invocable_r_v<bool, Pred&>
    future<> wait(duration timeout, Pred&& pred) noexcept {
        return wait(clock::now() + timeout, std::forward<Pred>(pred));
    }
    /// The same, for coroutines.
    future<> when() noexcept { return wait(); }
    template <typename... A>
        requires(sizeof...(A) > 0)
    future<> when(A&&... a) noexcept {
        return wait(std::forward<A>(a)...);
    }

    bool has_waiters() const noexcept { return _sem.waiters() != 0; }
    void signal() noexcept {
        if (_sem.waiters() || _sem.current() == 0) {
            _sem.signal();
        }
    }
    void broadcast() noexcept {
        if (auto n = _sem.waiters()) {
            _sem.signal(n);
        } else {
            signal();
        }
    }
    void broken() noexcept {
        _broken = true;
        _sem.broken();
    }
    template <typename Exception>
    void broken(Exception ex) noexcept {
        _broken = true;
        _sem.broken(std::make_exception_ptr(std::move(ex)));
    }
};

}
