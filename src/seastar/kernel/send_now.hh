/// The attempt at a send operation that both rings make.
#pragma once

#include "operation.hh"
#include "syscall.hh"

#include <sys/socket.h>

namespace seastar::kernel {

/// Sends what the socket has room for, without waiting and without signals. Bytes, -EAGAIN when there is no room,
/// -ENOTSOCK, or another -errno.
inline int64_t send_now(operation& op) noexcept {
    constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    auto* piece = operation_access::only_piece(op);
    return retry([&]() -> int64_t {
        return piece ? ::send(op.fd(), piece->iov_base, piece->iov_len, flags)
                     : ::sendmsg(op.fd(), &operation_access::message(op), flags);
    });
}

}
