/// Counters of a shard's sockets.
#pragma once

#include <cstdint>

namespace seastar::net::posix {

/// What this shard's sockets have done; for metrics.
struct socket_counters {
    uint64_t opened = 0;          ///< connections, accepted and made
    uint64_t closed = 0;          ///< of them
    uint64_t accept_failures = 0; ///< times accepting paused for lack of descriptors or memory
};
/// The calling shard's.
socket_counters& counters() noexcept;

}
