/// A clock for tests: it stands still until advance() is called.
#pragma once

#include <seastar/core/internal/chrono.hh>
#include <seastar/core/timer.hh>


namespace seastar {

/// The time is the process's; advance() fires the due timers of the calling shard, in order.
class manual_clock {
public:
    using rep = int64_t;
    using period = std::nano;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<manual_clock, duration>;
    static constexpr bool is_steady = true;

    manual_clock() = delete;
    static time_point now() noexcept;
    /// Other shards' due timers fire in their next turn.
    static void advance(duration d) noexcept;
};

}
