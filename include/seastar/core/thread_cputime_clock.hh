/// The CPU time that the calling thread (shard) has used.
#pragma once

#include <seastar/core/internal/chrono.hh>

namespace seastar {

struct thread_cputime_clock {
    using rep = int64_t;
    using period = std::nano;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<thread_cputime_clock, duration>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept;
};

}
