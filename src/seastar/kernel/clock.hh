/// The kernel's clocks as nanoseconds. Only rings and start-up code call these: the rest asks its shard
/// (ring::now()), so that a simulated shard can have a clock of its own.
#pragma once

#include "ring.hh"

#include <ctime>

namespace seastar::kernel {

/// `id`: CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_THREAD_CPUTIME_ID ... Async-signal-safe.
inline nanoseconds read_clock(clockid_t id) noexcept {
    timespec t;
    ::clock_gettime(id, &t);
    return nanoseconds(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

inline nanoseconds monotonic_now() noexcept { return read_clock(CLOCK_MONOTONIC); }
inline nanoseconds realtime_now() noexcept { return read_clock(CLOCK_REALTIME); }
inline nanoseconds thread_cpu_now() noexcept { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

/// Requires: duration >= 0.
inline timespec to_timespec(nanoseconds duration) noexcept {
    timespec t;
    t.tv_sec = static_cast<time_t>(duration / 1'000'000'000);
    t.tv_nsec = static_cast<long>(duration % 1'000'000'000);
    return t;
}

}
