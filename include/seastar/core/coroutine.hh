/// future<T> as the type of coroutines: co_await a future, co_return its value. Included by future.hh.
#pragma once

#include <seastar/core/internal/future_class.hh>

#include <coroutine>

namespace seastar {
namespace coroutine {
struct exception; // coroutine/exception.hh
}
namespace internal {

template <typename T>
class coroutine_promise_base : public task {
protected:
    promise_base_with_type<T> _promise;
    ~coroutine_promise_base() = default;

public:
    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }

    future<T> get_return_object() noexcept { return future_of(_promise); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { _promise.set_to_current_exception(); }
    /// Ends the coroutine with an exception, without throwing it.
    void set_exception(std::exception_ptr&& ex) noexcept { _promise.set_exception(std::move(ex)); }

    task* waiting_task() noexcept override { return _promise.waiting_task(); }
    scheduling_group set_scheduling_group(scheduling_group g) noexcept { return task::set_scheduling_group(g); }
};

template <typename T>
class coroutine_promise final : public coroutine_promise_base<T> {
public:
    template <typename U = T>
        requires(std::is_constructible_v<T, U &&>)
    void return_value(U&& value) {
        this->_promise.set_value(std::forward<U>(value));
    }
    /// co_return of a coroutine::exception: the coroutine fails, without a throw.
    template <typename Exception>
        requires std::is_same_v<Exception, coroutine::exception>
    void return_value(Exception&& e) noexcept {
        this->_promise.set_exception(std::move(e.eptr));
    }
    /// co_return of a future: the coroutine resolves as it does.
    void return_value(future<T>&& f) noexcept { f.forward_to(std::move(this->_promise)); }
    void run_and_dispose() noexcept override {
        std::coroutine_handle<coroutine_promise>::from_promise(*this).resume();
    }
};

template <>
class coroutine_promise<void> final : public coroutine_promise_base<void> {
public:
    void return_void() noexcept { _promise.set_value(); }
    void run_and_dispose() noexcept override {
        std::coroutine_handle<coroutine_promise>::from_promise(*this).resume();
    }
};

/// Suspends the coroutine until the future is available; the result stays in the future, so that nothing is allocated.
template <bool CheckPreempt, typename T>
class [[nodiscard]] future_awaiter {
    future<T> _future;

public:
    explicit future_awaiter(future<T>&& f) noexcept : _future(std::move(f)) {}
    future_awaiter(const future_awaiter&) = delete;
    future_awaiter(future_awaiter&&) = delete;

    bool await_ready() const noexcept { return _future.available() && (!CheckPreempt || !need_preempt()); }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        if (_future.available()) {
            ::seastar::schedule(&coroutine.promise());
        } else {
            make_future_access::wait_in_place(_future, &coroutine.promise());
        }
    }
    T await_resume() { return _future.get(); }
};

}

/// co_await of a future that is ready goes on at once, unless the shard wants its time back.
template <typename T>
auto operator co_await(future<T>&& f) noexcept {
    return internal::future_awaiter<true, T>(std::move(f));
}

namespace coroutine {

/// co_await without_preemption_check(f): a ready future never yields.
template <typename T>
struct [[nodiscard]] without_preemption_check {
    future<T> f;
    explicit without_preemption_check(future<T>&& f) noexcept : f(std::move(f)) {}
};
template <typename T>
auto operator co_await(without_preemption_check<T> w) noexcept {
    return seastar::internal::future_awaiter<false, T>(std::move(w.f));
}

/// Marks a coroutine lambda as living long enough: the wrapped object is, by contract, alive until the future resolves.
template <typename Func>
class lambda {
    Func* _func;

public:
    lambda(Func&& func) noexcept : _func(&func) {}
    template <typename... Args>
    decltype(auto) operator()(Args&&... args) const {
        return std::move(*_func)(std::forward<Args>(args)...);
    }
};

}
}

template <typename T, typename... Args>
struct std::coroutine_traits<seastar::future<T>, Args...> {
    using promise_type = seastar::internal::coroutine_promise<T>;
};
// The first argument of a lambda or member function is a reference to its object.
template <typename T, typename Closure, typename... Args>
struct std::coroutine_traits<seastar::future<T>, Closure&, Args...>
    : seastar::internal::coroutine_closure_mark<std::remove_const_t<Closure>> {
    using promise_type = seastar::internal::coroutine_promise<T>;
};
