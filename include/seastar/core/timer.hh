/// timer<Clock>: calls a function at a time, once or again and again, on the shard that armed it.
#pragma once

#include <seastar/core/internal/chrono.hh>
#include <seastar/core/internal/timer_node.hh>

#include <optional>

namespace seastar {

using steady_clock_type = std::chrono::steady_clock;
class lowres_clock;
class manual_clock;

namespace internal {
template <typename Clock>
struct timer_clock_of; // no other clock drives timers
template <>
struct timer_clock_of<steady_clock_type> {
    static constexpr timer_clock value = timer_clock::steady;
};
template <>
struct timer_clock_of<lowres_clock> {
    static constexpr timer_clock value = timer_clock::lowres;
};
template <>
struct timer_clock_of<manual_clock> {
    static constexpr timer_clock value = timer_clock::manual;
};

/// Nanoseconds of a duration of any unit, saturating.
template <typename Rep, typename Period>
constexpr int64_t saturating_nanoseconds(std::chrono::duration<Rep, Period> d) noexcept {
    constexpr auto limit = INT64_MAX / 4; // far enough away, and a sum of two still fits
    auto seconds = std::chrono::duration_cast<std::chrono::duration<double>>(d).count();
    if (seconds >= static_cast<double>(limit) / 1e9) {
        return limit;
    }
    if (seconds <= -static_cast<double>(limit) / 1e9) {
        return -limit;
    }
    return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count();
}

/// Nanoseconds of the steady clock that this shard's timers follow: the machine's, or a simulation's.
int64_t steady_now() noexcept;

/// What the clock shows, as timers see it.
template <typename Clock>
typename Clock::time_point timer_now() noexcept {
    if constexpr (timer_clock_of<Clock>::value == timer_clock::steady) {
        return typename Clock::time_point(std::chrono::nanoseconds(steady_now()));
    } else {
        return Clock::now();
    }
}
}

/// Lives on the shard that arms it. The callback runs from the loop, in the timer's scheduling group, must not throw
/// and must not block; it may arm, cancel or destroy the timer. Cancelling is immediate: no callback after cancel().
/// Clock: std::chrono::steady_clock (exact), lowres_clock (about 10 ms, cheapest) or manual_clock (tests).
template <typename Clock = steady_clock_type>
class timer {
public:
    using clock = Clock;
    using time_point = typename Clock::time_point;
    using duration = typename Clock::duration;
    using callback_t = noncopyable_function<void()>;

    timer() noexcept : _node(internal::timer_clock_of<Clock>::value) {}
    explicit timer(callback_t&& callback) noexcept : timer(current_scheduling_group(), std::move(callback)) {}
    timer(scheduling_group group, callback_t&& callback) noexcept
        : _node(internal::timer_clock_of<Clock>::value, std::move(callback), group) {}
    timer(timer&&) noexcept = default;

    void set_callback(callback_t&& callback) noexcept { set_callback(current_scheduling_group(), std::move(callback)); }
    void set_callback(scheduling_group group, callback_t&& callback) noexcept {
        _node.set_callback(std::move(callback));
        _node.set_group(group);
    }

    /// Requires: not armed.
    void arm(time_point until, std::optional<duration> period = {}) noexcept {
        _node.arm(since_epoch(until), period ? internal::saturating_nanoseconds(*period) : 0);
    }
    void arm(duration delta) noexcept { arm(after(delta)); }
    void arm_periodic(duration delta) noexcept { arm(after(delta), {delta}); }
    void rearm(time_point until, std::optional<duration> period = {}) noexcept {
        _node.cancel();
        arm(until, period);
    }
    void rearm(duration delta) noexcept { rearm(after(delta)); }
    void rearm_periodic(duration delta) noexcept { rearm(after(delta), {delta}); }

    bool armed() const noexcept { return _node.armed(); }
    /// True if it was armed.
    bool cancel() noexcept { return _node.cancel(); }
    time_point get_timeout() const noexcept {
        return time_point(std::chrono::duration_cast<duration>(std::chrono::nanoseconds(_node.expiry())));
    }

private:
    static int64_t since_epoch(time_point t) noexcept { return internal::saturating_nanoseconds(t.time_since_epoch()); }
    static time_point after(duration delta) noexcept {
        auto now = internal::timer_now<Clock>();
        return delta > time_point::max() - now ? time_point::max() : now + delta;
    }
    internal::timer_node _node;
};

}
