/// How much memory a shard may use, as the program's options and the machine have it: its part of --memory, or of what
/// there is less the reserve for the system. Nothing enforces it with the system's allocator; whoever sizes caches and
/// limits goes by it.
#pragma once

#include <cstddef>

namespace seastar::internal {

/// Bytes, of the calling shard; 0 on threads that are none.
size_t shard_memory() noexcept;
/// Returns what it was before. Called by app/, when a thread becomes a shard and when it is one no longer.
size_t set_shard_memory(size_t bytes) noexcept;

}
