/// How much memory a shard may use, as the program's options and the machine have it: its part of --memory, or of what
/// there is less the reserve for the system. The shard's heap enforces it, if it has one; whoever sizes caches and
/// limits goes by it.
#pragma once

#include <cstddef>

namespace seastar::internal {

/// Bytes, of the calling shard; 0 on threads that are none.
size_t shard_memory() noexcept;
/// Returns what it was before. Called by app/, when a thread becomes a shard and when it is one no longer.
size_t set_shard_memory(size_t bytes) noexcept;

/// From now on the calling thread allocates from a heap of so many bytes. `shard`: whose it was before, if that one is
/// free. False: there is none, and the C library goes on allocating, without a limit. Requires: it has none.
bool take_shard_heap(unsigned shard, size_t bytes) noexcept;
/// The thread goes back to the C library, and keeps what it has. The next one to take the heap finds it as it is.
void leave_shard_heap() noexcept;

}
