/// How a shard that stops lets go of its sockets.
#pragma once

namespace seastar::net::posix {

/// Cancels whatever this shard's sockets have in the kernel, and forgets their users' futures, which nobody runs any
/// more. Call it, then turn the loop until sockets_busy() is false, then destroy the ring.
void abandon_sockets() noexcept;
bool sockets_busy() noexcept;

}
