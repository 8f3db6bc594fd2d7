/// Reads and writes of files that go through the shard's ring, and how many of them there are.
#pragma once

#include <seastar/core/future.hh>

#include "kernel/ring.hh"

#include <sys/uio.h>

namespace seastar::io {

/// Bytes, or -errno. Shard: the ring's. The caller keeps the descriptor and the memory until the future resolves.
future<int64_t> read_in_ring(kernel::ring& ring, int fd, iovec piece, uint64_t offset) noexcept;
future<int64_t> write_in_ring(kernel::ring& ring, int fd, iovec piece, uint64_t offset) noexcept;

/// Those of this shard that have not ended. The ring, and the memory that they are about, stay until there are none.
size_t file_operations_pending() noexcept;

}
