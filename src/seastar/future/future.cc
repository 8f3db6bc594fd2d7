#include <seastar/core/future.hh>

#include "loop/shard.hh"

namespace seastar {

const char* broken_promise::what() const noexcept { return "broken promise"; }

namespace internal {

promise_base::promise_base(future_base* future, future_state_base* state) noexcept : _future(future), _state(state) {
    future->_promise = this;
}

promise_base::promise_base(promise_base&& other) noexcept
    : _future(std::exchange(other._future, nullptr)), _state(std::exchange(other._state, nullptr)),
      _task(std::exchange(other._task, nullptr)) {
    if (_future) {
        _future->_promise = this;
    }
}

void promise_base::take_over(promise_base&& other) noexcept {
    SEASTAR_ASSERT(!_future && !_task);
    _future = std::exchange(other._future, nullptr);
    _state = std::exchange(other._state, nullptr);
    _task = std::exchange(other._task, nullptr);
    if (_future) {
        _future->_promise = this;
    }
}

void promise_base::detach() noexcept {
    if (_future) {
        _future->_promise = nullptr;
        _future = nullptr;
    }
    _state = nullptr;
}

void promise_base::abandon() noexcept {
    if (_state) {
        set_exception(std::make_exception_ptr(broken_promise()));
    }
    detach();
}

void promise_base::set_exception(std::exception_ptr ex) noexcept {
    if (!_state) {
        report_failed_future(ex); // nobody can see it any more
        return;
    }
    _state->set_exception(std::move(ex));
    detach();
    schedule_waiter();
}

void future_base::wait_in_thread(future_state_base& state) noexcept {
    detach(this_thread_waker(), &state);
    suspend_this_thread();
}

bool immediate_budget_refilled() noexcept {
    if (loop::this_shard_or_null()) {
        return false; // the loop gives the next task a new one
    }
    hot = {};
    return true;
}

}
}
