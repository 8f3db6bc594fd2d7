/// The few variables of a shard that inlined code reads on every step. One thread-local struct, initial-exec, so that a
/// read is one load; everything else of a shard hangs off loop::shard (src/seastar/loop/shard.hh).
#pragma once

#include <cstdint>

namespace seastar::internal {

/// Written by the shard's thread only; `preempt` also by the alarm's signal handler on that thread.
struct hot_variables {
    unsigned char preempt = 0;        ///< 1: return to the loop soon (need_preempt())
    unsigned char current_group = 0;  ///< index of the scheduling group that runs
    uint16_t immediate_left = 256;    ///< continuations that may still run inline before the next one is queued
    uint32_t looks_left = 0;          ///< calls of need_preempt() until the one that reads the clock
    int64_t lowres_now = 0;           ///< ns of CLOCK_MONOTONIC when this turn of the loop began; 0: no loop here
};

#if defined(__clang__) || defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
extern thread_local constinit hot_variables hot;

}
