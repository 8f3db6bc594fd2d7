/// need_preempt(): whether what runs now has used up its share of time and should return to the loop.
#pragma once

#include <seastar/core/internal/hot.hh>

namespace seastar {

/// One load. Set by the task-quota timer (0.5 ms by default), cleared by the loop when a turn begins. Shard: the
/// caller's; false on threads without a loop.
inline bool need_preempt() noexcept {
    return __builtin_expect(__atomic_load_n(&internal::hot.preempt, __ATOMIC_RELAXED) != 0, false);
}

}
