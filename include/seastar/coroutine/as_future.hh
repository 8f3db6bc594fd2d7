/// co_await coroutine::as_future(f): the ready future itself, so that a failure can be looked at instead of thrown.
#pragma once

#include <seastar/core/coroutine.hh>

#include <coroutine>

namespace seastar::coroutine {

template <bool CheckPreempt, typename T>
struct [[nodiscard]] as_future_awaiter final {
    seastar::future<T> f;
    explicit as_future_awaiter(seastar::future<T>&& f) noexcept : f(std::move(f)) {}
    as_future_awaiter(const as_future_awaiter&) = delete;

    bool await_ready() const noexcept { return f.available() && (!CheckPreempt || !need_preempt()); }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        if (f.available()) {
            ::seastar::schedule(&coroutine.promise());
        } else {
            seastar::internal::make_future_access::wait_in_place(f, &coroutine.promise());
        }
    }
    seastar::future<T> await_resume() noexcept { return std::move(f); }
};

template <typename T>
auto as_future(seastar::future<T> f) noexcept {
    return as_future_awaiter<true, T>(std::move(f));
}
template <typename T>
auto as_future_without_preemption_check(seastar::future<T> f) noexcept {
    return as_future_awaiter<false, T>(std::move(f));
}

}
