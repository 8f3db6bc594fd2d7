/// with_timeout(): a future that stops waiting for another.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/future.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

namespace seastar {

namespace internal {

template <typename Clock, typename ExceptionFactory>
struct deadline_alarm {
    timer<Clock> when;

    template <typename Task>
    void set(Task& task, typename timer<Clock>::time_point deadline) noexcept {
        when.set_callback([&task] { task.give_up(std::make_exception_ptr(ExceptionFactory::timeout())); });
        when.arm(deadline);
    }
};
struct abort_alarm {
    optimized_optional<abort_source::subscription> when;

    template <typename Task>
    void set(Task& task, abort_source& source) noexcept {
        when = source.subscribe([&task, &source]() noexcept { task.give_up(source.abort_requested_exception_ptr()); });
        if (!when) {
            task.give_up(source.abort_requested_exception_ptr());
        }
    }
};

/// Waits for a future on behalf of somebody who may give up before. Lives until the future resolves. One allocation.
template <typename T, typename Alarm>
class impatient_task final : public continuation_base<T>, public task_allocated {
    promise_base_with_type<T> _promise;
    Alarm _alarm;
    bool _gave_up = false;

public:
    template <typename When>
    future<T> start(future<T>&& f, When&& when) noexcept {
        auto result = future_of(_promise);
        internal::set_callback(std::move(f), this);
        _alarm.set(*this, std::forward<When>(when));
        return result;
    }
    void give_up(std::exception_ptr ex) noexcept {
        if (this->_state.available()) {
            return; // the result is here, and this task in the queue
        }
        _gave_up = true;
        _promise.set_exception(std::move(ex));
    }
    void run_and_dispose() noexcept override {
        if (_gave_up) {
            this->_state.ignore(); // too late; nobody wants to hear of a failure either
        } else {
            _promise.set_state(std::move(this->_state));
        }
        delete this;
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

}

/// The result of `f`, or at `timeout` a failure with ExceptionFactory's exception. `f` itself goes on in the
/// background, and its result is dropped then.
template <typename ExceptionFactory = default_timeout_exception_factory, typename Clock, typename Duration, typename T>
future<T> with_timeout(std::chrono::time_point<Clock, Duration> timeout, future<T> f) noexcept {
    if (f.available()) {
        return f;
    }
    using task = internal::impatient_task<T, internal::deadline_alarm<Clock, ExceptionFactory>>;
    return (new task)->start(std::move(f), timeout);
}

/// The same, when an abort is requested; it fails with the exception of that request.
template <typename T>
future<T> with_timeout(abort_source& source, future<T> f) noexcept {
    if (f.available()) {
        return f;
    }
    return (new internal::impatient_task<T, internal::abort_alarm>)->start(std::move(f), source);
}

}
