/// need_preempt(): whether what runs now has used up its share of time and should return to the loop.
#pragma once

#include <seastar/core/internal/hot.hh>

namespace seastar {

namespace internal {

/// The clock says whether the task quota is used up. The loop's; false on threads without one.
bool quota_used_up() noexcept;

/// need_preempt() is true for the rest of the turn, so that something urgent comes next. Shard: the caller's.
inline void request_preemption() noexcept { __atomic_store_n(&hot.preempt, 1, __ATOMIC_RELAXED); }

}

/// True when the turn of the loop has taken the task quota (0.5 ms by default), until the next turn begins. Two loads
/// and a store: the clock is read by one call in 32 or so, and in a turn that has gone on for a while a timer takes
/// over. So a loop whose rounds are short sees it on time, and one with rounds of a millisecond may be late by some of
/// them, once per turn. Shard: the caller's; false on threads without a loop.
inline bool need_preempt() noexcept {
    auto& hot = internal::hot;
    if (__builtin_expect(__atomic_load_n(&hot.preempt, __ATOMIC_RELAXED) != 0, false)) {
        return true;
    }
    return __builtin_expect(--hot.looks_left == 0, false) && internal::quota_used_up();
}

}
