/// shared_future: a result that many wait for, each with a copy of it.
#pragma once

#include <seastar/core/internal/waiter_queue.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

#include <optional>

namespace seastar {

/// First argument of shared_future and shared_promise: the clock of their deadlines.
template <typename Clock>
struct with_clock {};

/// What shared_future<...> is a future of, and by which clock.
template <typename... T>
struct future_option_traits;
template <typename T>
struct future_option_traits<T> {
    using clock_type = timer<>::clock;
    using value_type = T;
};
template <>
struct future_option_traits<> : future_option_traits<void> {};
template <typename Clock, typename... T>
struct future_option_traits<with_clock<Clock>, T...> : future_option_traits<T...> {
    using clock_type = Clock;
};

namespace internal {

/// The result, or the wait for it. Owned by the futures that share it, and by itself while it waits.
template <typename T, typename Clock>
class shared_result final : public continuation_base<T>, public enable_lw_shared_from_this<shared_result<T, Clock>> {
    waiter_queue _waiters;
    lw_shared_ptr<shared_result> _self;

    template <typename Owner, typename Timer>
    friend class timed_waiter;
    template <typename Owner>
    friend class abortable_waiter;
    void timed_out(waiter& w) noexcept { _waiters.fail(w, std::make_exception_ptr(timed_out_error())); }
    void aborted(waiter& w) noexcept { _waiters.fail(w, std::make_exception_ptr(abort_requested_exception())); }

    // The waiters know this by its address: it must not go before them.
    future<T> result_after(future<>&& wait) noexcept {
        return std::move(wait).then([self = this->shared_from_this()] { return self->copy(); });
    }

public:
    using time_point = typename Clock::time_point;

    ~shared_result() { this->_state.ignore(); } // whoever asked has a copy, and reports it
    void wait_for(future<T>&& f) noexcept {
        if (!f.available()) {
            _self = this->shared_from_this();
            internal::set_callback(std::move(f), this);
        } else if (f.failed()) {
            this->_state.set_exception(f.get_exception());
        } else if constexpr (std::is_void_v<T>) {
            this->_state.set();
        } else {
            this->_state.set(f.get());
        }
    }
    void run_and_dispose() noexcept override {
        while (!_waiters.empty()) {
            _waiters.wake_front();
        }
        auto last = std::move(_self);
    }
    task* waiting_task() noexcept override { return nullptr; }

    bool available() const noexcept { return this->_state.available(); }
    bool failed() const noexcept { return this->_state.failed(); }
    future<T> copy() const noexcept {
        if (failed()) {
            return make_exception_future<T>(this->_state.exception());
        }
        if constexpr (std::is_void_v<T>) {
            return make_ready_future<>();
        } else {
            return make_ready_future<T>(this->_state.value());
        }
    }
    future<T> get_future(time_point timeout) noexcept {
        if (available()) {
            return copy();
        }
        if (timeout == time_point::max()) {
            return result_after(wait_in(_waiters, [] { return new waiter(0); }));
        }
        using timed = timed_waiter<shared_result, timer<Clock>>;
        return result_after(wait_in(_waiters, [&] { return new timed(0, *this, timeout); }));
    }
    future<T> get_future(abort_source& as) noexcept {
        if (available()) {
            return copy();
        }
        if (as.abort_requested()) {
            return make_exception_future<T>(abort_requested_exception());
        }
        return result_after(wait_in(_waiters, [&] { return new abortable_waiter<shared_result>(0, *this, as); }));
    }
};

}

/// Copyable. Shard: one. T must be copyable, or void. A failure that nobody asks for is not reported.
template <typename... T>
class shared_future {
    using traits = future_option_traits<T...>;
    using result = internal::shared_result<typename traits::value_type, typename traits::clock_type>;
    lw_shared_ptr<result> _result;

public:
    using clock = typename traits::clock_type;
    using time_point = typename clock::time_point;
    using value_type = typename traits::value_type;
    using future_type = future<value_type>;

    shared_future() noexcept = default;
    shared_future(future_type f) : _result(make_lw_shared<result>()) { _result->wait_for(std::move(f)); }

    /// A copy of the result when it is there; fails with timed_out_error at `timeout`. Requires: valid().
    future_type get_future(time_point timeout = time_point::max()) const noexcept {
        return _result->get_future(timeout);
    }
    /// Fails with abort_requested_exception when an abort is requested.
    future_type get_future(abort_source& as) const noexcept { return _result->get_future(as); }
    bool available() const noexcept { return _result->available(); }
    bool failed() const noexcept { return _result->failed(); }
    bool valid() const noexcept { return static_cast<bool>(_result); }
    operator future_type() const noexcept { return get_future(); }
};

/// The promise of a shared_future. Movable.
template <typename... T>
class shared_promise {
    using shared_future_type = shared_future<T...>;

public:
    using clock = typename shared_future_type::clock;
    using time_point = typename shared_future_type::time_point;
    using value_type = typename shared_future_type::value_type;
    using future_type = typename shared_future_type::future_type;

    shared_promise() : _future(_promise.get_future()) {}

    future_type get_shared_future(time_point timeout = time_point::max()) const noexcept {
        return _future.get_future(timeout);
    }
    future_type get_shared_future(abort_source& as) const noexcept { return _future.get_future(as); }
    template <typename... A>
    void set_value(A&&... a) noexcept {
        _promise.set_value(std::forward<A>(a)...);
    }
    template <typename Exception>
    void set_exception(Exception&& ex) noexcept {
        _promise.set_exception(std::forward<Exception>(ex));
    }
    bool available() const noexcept { return _future.available(); }
    bool failed() const noexcept { return _future.failed(); }

private:
    promise<value_type> _promise;
    shared_future_type _future;
};

}
