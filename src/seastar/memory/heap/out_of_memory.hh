/// What happens when a shard's heap is full, or nearly so: reclaimers are called, failures reported. The settings are
/// those of core/memory.hh.
#pragma once

#include <cstddef>

namespace seastar::memory {

/// Calls the calling shard's sync reclaimers, as an allocation of `bytes` found no room. Whether one freed something.
bool make_room(size_t bytes) noexcept;

/// It failed for good: says so in the log, or ends the program if that was asked for.
void report_failure(size_t bytes) noexcept;

}
