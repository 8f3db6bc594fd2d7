/// Which ring a shard gets. One backend per process: if any shard cannot have an io_uring, all use epoll.
#pragma once

#include "ring.hh"

#include <memory>
#include <string>
#include <string_view>

namespace seastar::kernel {

enum class backend : uint8_t { io_uring, epoll };

/// Why a backend was or was not taken, for the one log line at start ("io_uring not permitted (EPERM), using epoll").
struct backend_choice {
    backend chosen = backend::epoll;
    std::string reason;
};

/// Probes what this process may use: io_uring with SINGLE_ISSUER and DEFER_TASKRUN, multishot accept and receive and
/// provided buffers. EPERM and ENOSYS (seccomp), ENOMEM (RLIMIT_MEMLOCK) and old kernels all end in epoll, never in
/// an error. `forced` is the value of --reactor-backend: "io_uring", "epoll", or empty to choose. Forcing one that
/// does not work leaves `chosen` at it; make_ring() then returns null.
backend_choice choose_backend(std::string_view forced) noexcept;

/// Makes the ring of the calling thread's shard. On ENOMEM the io_uring is tried at half the size down to 32 entries.
/// Null, with `error` set to -errno, when it cannot be made.
std::unique_ptr<ring> make_ring(backend, int& error) noexcept;

}
