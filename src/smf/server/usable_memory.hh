/// How much memory a shard's requests and replies may take.
#pragma once

#include <cstdint>

namespace smf {

/// The configured bytes per shard, or a quarter of the calling shard's share of the memory if that is less. On a thread
/// that is no shard nothing is known of the share.
uint64_t usable_memory(uint64_t configured) noexcept;

}
