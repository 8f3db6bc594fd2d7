/// with_timeout(): gives up waiting for a future at a time.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

#include <memory>

namespace seastar {

/// Resolves as `f` does, or fails with timed_out_error at `timeout`, whichever is first. What `f` stands for goes on: this
/// only stops waiting. Its late result is dropped, a late failure too.
template <typename ExceptionFactory = default_timeout_exception_factory, typename Clock, typename Duration, typename T>
future<T> with_timeout(std::chrono::time_point<Clock, Duration> timeout, future<T> f) {
    if (f.available()) {
        return f;
    }
    auto pr = std::make_unique<promise<T>>();
    auto result = pr->get_future();
    timer<Clock> tmr([&pr = *pr] { pr.set_exception(std::make_exception_ptr(ExceptionFactory::timeout())); });
    tmr.arm(timeout);
    (void)f.then_wrapped([pr = std::move(pr), tmr = std::move(tmr)](future<T>&& f) mutable {
        if (tmr.cancel()) {
            f.forward_to(std::move(*pr));
        } else {
            f.ignore_ready_future();
        }
    });
    return result;
}

}
