/// sleep(): a future that resolves after a time.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/future.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/timer.hh>

namespace seastar {

/// sleep_abortable() was woken before its time.
class sleep_aborted : public std::exception {
public:
    const char* what() const noexcept override;
};

namespace internal {

/// A timer and its promise in one allocation; gone when it fires.
template <typename Clock>
class sleeper final : public task_allocated {
    promise_base_with_type<void> _promise;
    timer<Clock> _timer{[this] {
        _promise.set_value();
        delete this;
    }};
    abort_source::subscription _subscription;

    void abort() noexcept {
        _promise.set_exception(std::make_exception_ptr(sleep_aborted()));
        delete this;
    }

public:
    future<> start(typename Clock::duration duration) noexcept {
        _timer.arm(duration);
        return future_of(_promise);
    }
    /// Requires: no abort was requested.
    void abort_with(abort_source& source) noexcept {
        _subscription = std::move(*source.subscribe([this]() noexcept { abort(); }));
    }
};

/// Of this shard; requested when the shard begins to stop.
abort_source& stop_source() noexcept;

}

/// Resolves `duration` from now, on this shard. Clock: as timer<Clock>. One allocation.
template <typename Clock = steady_clock_type, typename Rep, typename Period>
future<> sleep(std::chrono::duration<Rep, Period> duration) noexcept {
    return (new internal::sleeper<Clock>)->start(std::chrono::duration_cast<typename Clock::duration>(duration));
}

/// The same, but fails with sleep_aborted as soon as `source` is asked to abort.
template <typename Clock = steady_clock_type>
future<> sleep_abortable(typename Clock::duration duration, abort_source& source) noexcept {
    if (source.abort_requested()) {
        return make_exception_future<>(sleep_aborted());
    }
    auto* s = new internal::sleeper<Clock>;
    s->abort_with(source);
    return s->start(duration);
}

/// The same, when the shard begins to stop.
template <typename Clock = steady_clock_type>
future<> sleep_abortable(typename Clock::duration duration) noexcept {
    return sleep_abortable<Clock>(duration, internal::stop_source());
}

extern template class internal::sleeper<steady_clock_type>;
extern template class internal::sleeper<lowres_clock>;

}
