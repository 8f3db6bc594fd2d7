/// One end of a connection, as the socket calls take and give it.
#pragma once

#include <sys/socket.h>

namespace seastar::kernel {

/// An address of any family, with room for the largest.
struct endpoint {
    sockaddr_storage storage;
    socklen_t length;
    endpoint() noexcept : length(sizeof(storage)) {}
    sockaddr* address() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* address() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

}
