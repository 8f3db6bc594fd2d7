/// co_await coroutine::try_future(f): the value of the future; a failure ends the coroutine as its own result, without
/// being thrown.
#pragma once

#include <seastar/core/coroutine.hh>

#include <coroutine>

namespace seastar::coroutine {

/// Waits in the coroutine's frame, as a task of its own that either resumes the coroutine or ends it.
template <bool CheckPreempt, typename T>
class [[nodiscard]] try_future_awaiter final : public task {
    seastar::future<T> _future;
    void* _frame = nullptr;
    void (*_end)(void* frame, std::exception_ptr&& ex) noexcept = nullptr;
    task* (*_waiting)(void* frame) noexcept = nullptr;

public:
    explicit try_future_awaiter(seastar::future<T>&& f) noexcept : _future(std::move(f)) {}
    try_future_awaiter(const try_future_awaiter&) = delete;

    bool await_ready() const noexcept {
        return _future.available() && !_future.failed() && (!CheckPreempt || !need_preempt());
    }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
        _frame = coroutine.address();
        _end = [](void* frame, std::exception_ptr&& ex) noexcept {
            auto coroutine = std::coroutine_handle<Promise>::from_address(frame);
            coroutine.promise().set_exception(std::move(ex));
            coroutine.destroy();
        };
        _waiting = [](void* frame) noexcept {
            return std::coroutine_handle<Promise>::from_address(frame).promise().waiting_task();
        };
        if (!_future.available()) {
            seastar::internal::make_future_access::wait_in_place(_future, this);
        } else if (_future.failed()) {
            run_and_dispose();
        } else {
            ::seastar::schedule(this);
        }
    }
    T await_resume() { return _future.get(); }

    void run_and_dispose() noexcept override {
        if (_future.failed()) {
            auto ex = _future.get_exception(); // this goes with the frame
            _end(_frame, std::move(ex));
        } else {
            std::coroutine_handle<>::from_address(_frame).resume();
        }
    }
    task* waiting_task() noexcept override { return _waiting(_frame); }
};

template <typename T>
auto try_future(seastar::future<T> f) noexcept {
    return try_future_awaiter<true, T>(std::move(f));
}
template <typename T>
auto try_future_without_preemption_check(seastar::future<T> f) noexcept {
    return try_future_awaiter<false, T>(std::move(f));
}

}
