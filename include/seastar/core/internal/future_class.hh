/// The future itself. Fifth of the parts of core/future.hh.
#pragma once

#include <seastar/core/internal/exception_text.hh>
#include <seastar/core/internal/futurize.hh>
#include <seastar/core/preempt.hh>

namespace seastar {

namespace internal {

/// The part of a future that does not depend on its type: the link to its promise, null once the result is there.
class future_base {
protected:
    friend class promise_base;
    promise_base* _promise = nullptr;

    future_base() noexcept = default;
    future_base(future_base&& other, future_state_base* state) noexcept : _promise(other._promise) {
        if (_promise) {
            _promise->_future = this;
            _promise->_state = state;
            other._promise = nullptr;
        }
    }
    future_base(promise_base& promise, future_state_base* state) noexcept : _promise(&promise) {
        promise._future = this;
        promise._state = state;
    }
    void clear() noexcept {
        if (_promise) {
            unlink();
        }
    }
    ~future_base() { clear(); }

    /// The promise, which nothing else waits for any more; it writes to `state` and schedules `waiter`.
    promise_base* detach(task* waiter, future_state_base* state) noexcept {
        if (__builtin_expect(!_promise, false)) {
            invalid_future_use();
        }
        auto* p = std::exchange(_promise, nullptr);
        p->_future = nullptr;
        p->_task = waiter;
        p->_state = state;
        return p;
    }
    void forward(promise_base&& to) noexcept {
        auto* p = detach(nullptr, nullptr);
        p->take_over(std::move(to));
    }
    /// Stops the calling seastar::thread until the result is in `state`.
    void wait_in_thread(future_state_base& state) noexcept;

private:
    void unlink() noexcept {
        _promise->_future = nullptr;
        _promise->_state = nullptr;
        _promise = nullptr;
    }
};

/// What thread.cc provides: the task that resumes the seastar::thread that calls, and leaving that thread's stack until
/// it ran. Requires: in a seastar::thread.
task* this_thread_waker() noexcept;
void suspend_this_thread() noexcept;

struct make_future_access;

}

template <typename Func, typename... Args>
auto futurize_invoke(Func&& func, Args&&... args) noexcept;
template <typename T = void, typename... A>
future<T> make_ready_future(A&&... value) noexcept;
template <typename T>
    requires(!std::is_void_v<std::decay_t<T>>)
future<std::decay_t<T>> make_ready_future(T&& value) noexcept;
template <typename T = void>
future<T> make_exception_future(std::exception_ptr ex) noexcept;
template <typename T = void, typename Exception>
    requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
future<T> make_exception_future(Exception&& ex) noexcept;

/// Shard: everything about a future happens on the shard that its promise is on. Movable, not copyable. Consumed by
/// the first call of then(), then_wrapped(), finally(), get(), co_await ...
template <typename T>
class [[nodiscard]] future : private internal::future_base {
    using state_t = internal::future_state<T>;
    using argument = internal::continuation_argument<T>;
    state_t _state;

    template <typename U>
    friend class future;
    template <typename U>
    friend class promise;
    friend struct internal::make_future_access;

    template <typename Result>
    using promise_of = internal::promise_base_with_type<typename Result::value_type>;

    explicit future(state_t&& state) noexcept : _state(std::move(state)) {}
    template <typename... A>
    explicit future(internal::ready_marker m, A&&... value) : _state(m, std::forward<A>(value)...) {}
    template <typename Call>
    future(internal::result_marker m, Call& call) : _state(m, call) {}
    /// Linked to a promise that has no future yet.
    explicit future(internal::promise_base& p) noexcept : future_base(p, &_state), _state(internal::pending_marker()) {}

public:
    using value_type = T;
    using promise_type = promise<T>;

    future(future&& other) noexcept : future_base(std::move(other), &_state), _state(std::move(other._state)) {}
    future& operator=(future&& other) noexcept {
        if (this != &other) {
            this->~future();
            new (this) future(std::move(other));
        }
        return *this;
    }
    future(const future&) = delete;
    void operator=(const future&) = delete;

    /// when_all_succeed() of futures without values.
    operator future<>() &&
        requires std::is_same_v<T, std::tuple<>>;

    bool available() const noexcept { return _state.available(); }
    bool failed() const noexcept { return _state.failed(); }

    /// The value; throws the exception of a failed future. Not available: stops the calling seastar::thread until it
    /// is; outside a thread that is a bug, which aborts.
    T get() {
        wait();
        return _state.get();
    }
    [[deprecated("use get()")]] T get0() { return get(); }
    /// Stops the calling seastar::thread until available(); does not fetch the value and does not throw.
    void wait() noexcept {
        if (__builtin_expect(!_state.available(), false)) {
            wait_in_thread(_state);
        }
    }
    /// Requires: failed().
    std::exception_ptr get_exception() noexcept {
        SEASTAR_ASSERT(failed());
        return _state.take_exception();
    }
    /// Drops the result, a failure too, without a report. Requires: available().
    void ignore_ready_future() noexcept { _state.ignore(); }

    /// Calls func with the value when it is there (at once, as a rule, if it is already); a failure skips func and is
    /// the result. Returns a future of what func returns.
    template <typename Func>
    auto then(Func&& func) noexcept {
        using futurator = futurize<std::remove_cvref_t<typename decltype(argument::template result_of<Func>())::type>>;
        using result = typename futurator::type;
        if (_state.available() && internal::may_run_immediately()) {
            if (__builtin_expect(_state.failed(), false)) {
                return result(typename result::state_t(internal::exception_marker(), _state.take_exception()));
            }
            return futurator::invoke_with(argument(), std::forward<Func>(func), _state.take_value());
        }
        using resolved = promise_of<result>;
        return attach<result>([func = std::forward<Func>(func)](resolved&& promise, state_t&& state) mutable noexcept {
            if (__builtin_expect(state.failed(), false)) {
                promise.set_exception(state.take_exception());
            } else {
                futurator::satisfy_with(std::move(promise), argument(), std::move(func), state.take_value());
            }
        });
    }

    /// As then(), for a tuple's elements as separate arguments.
    template <typename Func>
    auto then_unpack(Func&& func) noexcept
        requires internal::is_tuple<T>
    {
        return then([func = std::forward<Func>(func)](T&& value) mutable {
            return std::apply(std::move(func), std::move(value));
        });
    }

    /// Calls func with this future, now ready: a value or a failure.
    template <typename Func>
    auto then_wrapped(Func&& func) noexcept {
        using futurator =
            futurize<std::remove_cvref_t<decltype(internal::call(std::declval<Func>(), std::declval<future>()))>>;
        using result = typename futurator::type;
        if (_state.available() && internal::may_run_immediately()) {
            return futurator::invoke(std::forward<Func>(func), future(std::move(_state)));
        }
        return attach<result>(
            [func = std::forward<Func>(func)](promise_of<result>&& promise, state_t&& state) mutable noexcept {
                futurator::satisfy(std::move(promise), std::move(func), future(std::move(state)));
            });
    }

    /// Calls func whatever happened; the result is this future's, unless func fails. Both failed: nested_exception.
    template <typename Func>
    future finally(Func&& func) noexcept {
        return then_wrapped([func = std::forward<Func>(func)](future&& result) mutable noexcept -> future {
            if constexpr (is_future<decltype(internal::call(std::move(func)))>::value) {
                auto cleanup = futurize_invoke(std::move(func)).discard_result();
                if (cleanup.available()) {
                    return after_cleanup(std::move(result), std::move(cleanup));
                }
                return cleanup.then_wrapped([result = std::move(result)](future<>&& cleanup) mutable noexcept {
                    return after_cleanup(std::move(result), std::move(cleanup));
                });
            } else {
                try {
                    internal::call(std::move(func));
                    return std::move(result);
                } catch (...) {
                    return after_cleanup(std::move(result), make_exception_future<>(std::current_exception()));
                }
            }
        });
    }

    /// Calls func(std::exception_ptr) for a failure; what it returns, a T or a future<T>, takes the failure's place.
    template <typename Func>
    future handle_exception(Func&& func) noexcept {
        if (_state.available() && !_state.failed()) {
            return std::move(*this);
        }
        return then_wrapped([func = std::forward<Func>(func)](future&& result) mutable noexcept -> future {
            if (!result.failed()) {
                return std::move(result);
            }
            return futurize<T>::invoke(std::move(func), result.get_exception());
        });
    }

    /// Calls func for a failure whose type func takes by (const) reference; others pass.
    template <typename Func>
    future handle_exception_type(Func&& func) noexcept;

    /// Waits, and forgets the value.
    future<> discard_result() noexcept {
        if constexpr (std::is_void_v<T>) {
            return std::move(*this);
        } else {
            return then([](T&&) {});
        }
    }

    /// A failure ends the process.
    future or_terminate() noexcept {
        return then_wrapped([](future&& f) noexcept {
            if (f.failed()) {
                internal::report_failed_future(f.get_exception());
                std::terminate();
            }
            return std::move(f);
        });
    }

    /// The promise resolves as this future does.
    void forward_to(internal::promise_base_with_type<T>&& to) noexcept {
        if (_state.available()) {
            to.set_state(std::move(_state));
        } else {
            forward(std::move(to));
        }
    }
    void forward_to(promise<T>&& to) noexcept {
        forward_to(static_cast<internal::promise_base_with_type<T>&&>(to));
    }

private:
    template <typename Result, typename Func>
    Result attach(Func&& func) noexcept {
        using waiter = internal::continuation<promise_of<Result>, std::remove_reference_t<Func>, T>;
        promise_of<Result> promise;
        Result result(promise);
        set_callback(new waiter(std::move(promise), std::forward<Func>(func)));
        return result;
    }

    void set_callback(internal::continuation_base<T>* waiter) noexcept {
        if (_state.available()) {
            waiter->set_state(std::move(_state));
            ::seastar::schedule(waiter);
        } else {
            detach(waiter, waiter->state());
        }
    }

    static future after_cleanup(future&& result, future<>&& cleanup) noexcept {
        if (!cleanup.failed()) {
            return std::move(result);
        }
        auto inner = cleanup.get_exception();
        if (!result.failed()) {
            return make_exception_future<T>(std::move(inner));
        }
        return make_exception_future<T>(nested_exception(std::move(inner), result.get_exception()));
    }
};

namespace internal {

/// What the rest of the library may do to a future that its users may not.
struct make_future_access {
    template <typename T, typename... A>
    static future<T> ready(A&&... a) noexcept {
        if constexpr (std::is_nothrow_constructible_v<stored_t<T>, A&&...>) {
            return future<T>(ready_marker(), std::forward<A>(a)...);
        } else {
            try {
                return future<T>(ready_marker(), std::forward<A>(a)...);
            } catch (...) {
                return failed<T>(std::current_exception());
            }
        }
    }
    /// Throws what call() throws.
    template <typename T, typename Call>
    static future<T> result_of(Call& call) {
        return future<T>(result_marker(), call);
    }
    template <typename T>
    static future<T> failed(std::exception_ptr ex) noexcept {
        return future<T>(future_state<T>(exception_marker(), std::move(ex)));
    }
    template <typename T>
    static future<T> from_state(future_state<T>&& state) noexcept {
        return future<T>(std::move(state));
    }
    template <typename T>
    static future<T> of(promise_base& p) noexcept {
        return future<T>(p);
    }
    template <typename T>
    static void set_callback(future<T>& f, continuation_base<T>* waiter) noexcept {
        f.set_callback(waiter);
    }
    /// The value where it lies, for callers that need no future of their own. Requires: available, not failed.
    template <typename T>
    static stored_t<T>& value_of(future<T>& f) noexcept {
        return f._state.value();
    }
    /// The result stays in the future, and `waiter` is scheduled when it is there. Requires: not available; the future
    /// stays where it is.
    template <typename T>
    static void wait_in_place(future<T>& f, task* waiter) noexcept {
        f.detach(waiter, &f._state);
    }
};

/// Attaches a task without allocating: the result moves into `waiter`, which is then scheduled.
template <typename T>
void set_callback(future<T>&& f, continuation_base<T>* waiter) noexcept {
    make_future_access::set_callback(f, waiter);
}

/// The future of a promise that has none yet and no room for a result (a member of a task, say).
template <typename T>
future<T> future_of(promise_base_with_type<T>& p) noexcept {
    return make_future_access::of<T>(p);
}

/// A coroutine's closure that lives until its future resolves.
template <typename Func, typename T>
class kept_alive final : public continuation_base<T> {
    promise_base_with_type<T> _promise;
    Func _func;

public:
    explicit kept_alive(Func&& func) : _func(std::move(func)) {}
    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }

    template <typename... Args>
    future<T> start(Args&&... args) {
        future<T> f = [&] {
            try {
                return std::move(_func)(std::forward<Args>(args)...);
            } catch (...) {
                return make_future_access::failed<T>(std::current_exception());
            }
        }();
        if (f.available()) {
            delete this;
            return f;
        }
        auto result = future_of(_promise);
        internal::set_callback(std::move(f), this);
        return result;
    }
    void run_and_dispose() noexcept override {
        _promise.set_state(std::move(this->_state));
        delete this;
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

template <typename Func, typename... Args>
auto call_kept_alive(Func&& func, Args&&... args) {
    using closure = std::remove_cvref_t<Func>;
    using T = typename is_future<decltype(func(std::forward<Args>(args)...))>::value_type;
    return (new kept_alive<closure, T>(std::forward<Func>(func)))->start(std::forward<Args>(args)...);
}

}

template <typename T, typename... A>
future<T> make_ready_future(A&&... value) noexcept {
    return internal::make_future_access::ready<T>(std::forward<A>(value)...);
}
template <typename T>
    requires(!std::is_void_v<std::decay_t<T>>)
future<std::decay_t<T>> make_ready_future(T&& value) noexcept {
    return internal::make_future_access::ready<std::decay_t<T>>(std::forward<T>(value));
}
template <typename T>
future<T> make_exception_future(std::exception_ptr ex) noexcept {
    return internal::make_future_access::failed<T>(std::move(ex));
}
template <typename T, typename Exception>
    requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
future<T> make_exception_future(Exception&& ex) noexcept {
    return make_exception_future<T>(std::make_exception_ptr(std::forward<Exception>(ex)));
}
template <typename T = void>
future<T> current_exception_as_future() noexcept {
    return make_exception_future<T>(std::current_exception());
}

template <typename T>
future<T> promise<T>::get_future() noexcept {
    SEASTAR_ASSERT(!this->_future && !this->_task);
    if (_local.available()) {
        return internal::make_future_access::from_state(std::move(_local));
    }
    SEASTAR_ASSERT(this->_state == &_local);
    return internal::make_future_access::of<T>(*this);
}

template <typename T>
future<T>::operator future<>() &&
    requires std::is_same_v<T, std::tuple<>>
{
    return discard_result();
}

// ---- futurize

template <typename T>
struct futurize {
    static_assert(!std::is_reference_v<T>);
    using type = future<T>;
    using promise_type = promise<T>;
    using value_type = T;

    /// func(args...) as a future: its value, its exception, or the future that it returns.
    template <typename Func, typename... Args>
    static type invoke(Func&& func, Args&&... args) noexcept {
        try {
            using result = decltype(internal::call(std::forward<Func>(func), std::forward<Args>(args)...));
            return as_future<result>([&]() -> decltype(auto) {
                return internal::call_for_future_or_value(std::forward<Func>(func), std::forward<Args>(args)...);
            });
        } catch (...) {
            return current_exception_as_future();
        }
    }
    template <typename Func, typename Tuple>
    static type apply(Func&& func, Tuple&& args) noexcept {
        return std::apply(
            [&func](auto&&... a) { return invoke(std::forward<Func>(func), std::forward<decltype(a)>(a)...); },
            std::forward<Tuple>(args));
    }
    /// The same for a continuation's argument; see internal::continuation_argument.
    template <typename Argument, typename Func, typename Value>
    static type invoke_with(Argument, Func&& func, Value&& value) noexcept {
        try {
            using result = typename decltype(Argument::template result_of<Func>())::type;
            return as_future<result>([&]() -> decltype(auto) {
                return Argument::pass(std::forward<Func>(func), std::move(value));
            });
        } catch (...) {
            return current_exception_as_future();
        }
    }
    template <typename Promise, typename Argument, typename Func, typename Value>
    static void satisfy_with(Promise&& promise, Argument, Func&& func, Value&& value) noexcept {
        invoke_with(Argument(), std::forward<Func>(func), std::move(value)).forward_to(std::move(promise));
    }
    template <typename Promise, typename Func, typename... Args>
    static void satisfy(Promise&& promise, Func&& func, Args&&... args) noexcept {
        invoke(std::forward<Func>(func), std::forward<Args>(args)...).forward_to(std::move(promise));
    }
    template <typename... A>
    static type make_ready(A&&... a) noexcept {
        return make_ready_future<T>(std::forward<A>(a)...);
    }
    static type convert(internal::stored_t<T>&& value)
        requires(!std::is_void_v<T>)
    {
        return make_ready_future<T>(std::move(value));
    }
    static type convert(type&& f) { return std::move(f); }
    static type from_tuple(std::tuple<>)
        requires std::is_void_v<T>
    {
        return make_ready_future<>();
    }
    static type from_tuple(std::tuple<internal::stored_t<T>> value)
        requires(!std::is_void_v<T>)
    {
        return make_ready_future<T>(std::get<0>(std::move(value)));
    }
    template <typename Exception>
    static type make_exception_future(Exception&& ex) noexcept {
        return ::seastar::make_exception_future<T>(std::forward<Exception>(ex));
    }
    static type current_exception_as_future() noexcept { return ::seastar::current_exception_as_future<T>(); }

private:
    template <typename Result, typename Call>
    static type as_future(Call&& call) {
        if constexpr (is_future<std::remove_cvref_t<Result>>::value) {
            return type(call());
        } else if constexpr (std::is_void_v<T>) {
            call();
            return make_ready_future<>();
        } else {
            return internal::make_future_access::result_of<T>(call);
        }
    }
};
template <typename T>
struct futurize<future<T>> : futurize<T> {};

template <typename T>
using futurize_t = typename futurize<T>::type;

/// Calls func(args...); what comes of it, a value, nothing, a future or an exception, is always a future.
template <typename Func, typename... Args>
auto futurize_invoke(Func&& func, Args&&... args) noexcept {
    using result = decltype(internal::call(std::forward<Func>(func), std::forward<Args>(args)...));
    return futurize<std::remove_cvref_t<result>>::invoke(std::forward<Func>(func), std::forward<Args>(args)...);
}
/// The same, with the arguments in a tuple.
template <typename Func, typename Tuple>
auto futurize_apply(Func&& func, Tuple&& args) noexcept {
    return std::apply(
        [&func](auto&&... a) { return futurize_invoke(std::forward<Func>(func), std::forward<decltype(a)>(a)...); },
        std::forward<Tuple>(args));
}
/// A plain value or nothing becomes a ready future; a future stays what it is.
template <typename T>
auto as_ready_future(T&& value) noexcept {
    if constexpr (is_future<std::remove_cvref_t<T>>::value) {
        return std::forward<T>(value);
    } else {
        return make_ready_future<std::decay_t<T>>(std::forward<T>(value));
    }
}

namespace internal {

template <typename Func>
struct only_argument : only_argument<decltype(&std::remove_reference_t<Func>::operator())> {};
template <typename R, typename A>
struct only_argument<R (*)(A)> {
    using type = A;
};
template <typename R, typename A>
struct only_argument<R (&)(A)> : only_argument<R (*)(A)> {};
template <typename R, typename A>
struct only_argument<R(A)> : only_argument<R (*)(A)> {};
template <typename R, typename C, typename A>
struct only_argument<R (C::*)(A)> : only_argument<R (*)(A)> {};
template <typename R, typename C, typename A>
struct only_argument<R (C::*)(A) const> : only_argument<R (*)(A)> {};
template <typename R, typename C, typename A>
struct only_argument<R (C::*)(A) noexcept> : only_argument<R (*)(A)> {};
template <typename R, typename C, typename A>
struct only_argument<R (C::*)(A) const noexcept> : only_argument<R (*)(A)> {};

}

template <typename T>
template <typename Func>
future<T> future<T>::handle_exception_type(Func&& func) noexcept {
    if (_state.available() && !_state.failed()) {
        return std::move(*this);
    }
    using exception_type = std::remove_cvref_t<typename internal::only_argument<Func>::type>;
    return then_wrapped([func = std::forward<Func>(func)](future&& result) mutable noexcept -> future {
        if (!result.failed()) {
            return std::move(result);
        }
        auto ex = result.get_exception();
        try {
            std::rethrow_exception(ex);
        } catch (exception_type& e) {
            return futurize<T>::invoke(std::move(func), e);
        } catch (...) {
            return make_exception_future<T>(std::move(ex));
        }
    });
}

// util/backtrace.hh
template <typename Exception, typename... Args>
    requires std::is_base_of_v<std::exception, Exception>
std::exception_ptr make_backtraced_exception_ptr(Args&&... args);

/// A failed future whose exception's what() ends with the place where it was made. Include util/backtrace.hh.
template <typename T = void, typename Exception>
future<T> make_exception_future_with_backtrace(Exception&& ex) noexcept {
    using type = std::decay_t<Exception>;
    return make_exception_future<T>(make_backtraced_exception_ptr<type>(std::forward<Exception>(ex)));
}

}
