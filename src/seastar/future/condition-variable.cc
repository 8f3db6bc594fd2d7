#include <seastar/core/condition-variable.hh>

namespace seastar {

const char* broken_condition_variable::what() const noexcept { return "Condition variable is broken"; }
const char* condition_variable_timed_out::what() const noexcept { return "Condition variable timed out"; }

future<> condition_variable::wait() noexcept {
    if (_broken) {
        return make_exception_future<>(_broken.get());
    }
    if (std::exchange(_signalled, false)) {
        return make_ready_future<>();
    }
    return internal::wait_in(_waiters, [] { return new internal::waiter(0); });
}

void condition_variable::signal() noexcept {
    if (_waiters.empty()) {
        _signalled = true;
    } else {
        _waiters.wake_front();
    }
}

void condition_variable::broadcast() noexcept {
    while (!_waiters.empty()) {
        _waiters.wake_front();
    }
}

void condition_variable::broken() noexcept {
    if (!_waiters.empty() || !_broken) {
        fail_all(std::make_exception_ptr(broken_condition_variable()));
    }
}

void condition_variable::timed_out(internal::waiter& w) noexcept {
    _waiters.fail(w, std::make_exception_ptr(condition_variable_timed_out()));
}

void condition_variable::aborted(internal::waiter& w) noexcept {
    _waiters.fail(w, std::make_exception_ptr(abort_requested_exception()));
}

void condition_variable::fail_all(std::exception_ptr ex) noexcept {
    _broken.set(std::move(ex));
    _waiters.fail_all(_broken.get());
}

}
