/// What a socket's operation fails with.
#pragma once

#include <cstdint>
#include <exception>

namespace seastar::net::posix {

/// std::system_error for a result of the kernel, -errno; std::bad_alloc if there is no memory for it.
std::exception_ptr socket_error(int64_t result, const char* what) noexcept;

}
