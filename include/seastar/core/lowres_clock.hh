/// Clocks that cost one load: the time at which the current turn of the shard's loop began.
#pragma once

#include <seastar/core/internal/chrono.hh>
#include <seastar/core/internal/hot.hh>
#include <seastar/core/timer.hh>


namespace seastar {

/// Monotonic; as std::chrono::steady_clock, but only as fresh as the turn of the loop (typically well below 1 ms). On
/// a thread without a loop it is the exact time.
class lowres_clock {
public:
    using rep = int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<lowres_clock, duration>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept {
        auto t = internal::hot.lowres_now;
        return time_point(duration(__builtin_expect(t != 0, true) ? t : exact()));
    }
    static void update() noexcept;

private:
    static int64_t exact() noexcept;
};

/// Wall-clock time with the resolution of lowres_clock. Not monotonic: it follows changes of the system's clock.
class lowres_system_clock {
public:
    using rep = int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<lowres_system_clock, duration>;
    static constexpr bool is_steady = false;

    static time_point now() noexcept;
    static std::time_t to_time_t(time_point t) noexcept {
        return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
    }
    static time_point from_time_t(std::time_t t) noexcept { return time_point(std::chrono::seconds(t)); }
};

}
