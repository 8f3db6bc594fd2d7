/// How much memory a shard's requests and replies may take.
#pragma once

#include <cstdint>

namespace smf {

/// The configured bytes per shard, or a quarter of the shard's share of the memory if that is less. Reads /proc and
/// /sys.
uint64_t usable_memory(uint64_t configured) noexcept;

}
