/// The one seam between a shard and the kernel: io_uring (uring_ring.cc), epoll (epoll_ring.cc) and, for simulation, a
/// ring of its own implement it; the rest of the library knows no other way to sockets, descriptors and time.
///
/// A turn of the shard's loop: run tasks; poll(); when there is nothing to run, wait(). All operations prepared
/// during a turn reach the kernel in one system call where the backend can do so.
///
/// Read next: operation.hh (what can be asked for), backend.hh (which ring is chosen and why).
#pragma once

#include "operation.hh"

#include <atomic>
#include <cstdint>

namespace seastar::kernel {

/// Nanoseconds of CLOCK_MONOTONIC, or of the simulator's clock.
using nanoseconds = int64_t;
inline constexpr nanoseconds never = INT64_MAX;

/// What a ring has done since it was made; for metrics and for the gates of bench/. Written by the shard only.
struct ring_counters {
    uint64_t syscalls = 0; ///< all, wake-ups left out
    uint64_t enters = 0;   ///< io_uring_enter or epoll_pwait2
    uint64_t receives = 0; ///< pieces delivered
    uint64_t sends = 0;    ///< send operations carried out
    uint64_t waits = 0;    ///< times the shard really slept
    uint64_t wakes = 0;    ///< wake-ups received from other threads
};

/// Lives on one shard, from its start to its stop; everything but wake() is called by that shard's thread only.
/// Invariants:
/// 1. complete(), received() and accepted() are called from poll() and wait() only.
/// 2. every prepared operation is completed exactly once.
/// 3. operations on one descriptor and of one kind (two sends, say) are the caller's to order: at most one is in
///    flight; reads and writes at an offset, on an io_uring, may be any number.
/// 4. a receive, a send and a poll on one descriptor may be in flight together.
/// 5. sockets are non-blocking (those of fd.hh, sockets.hh and acceptor are). Other descriptors may be either; a read
///    or write of a regular file may hold up the shard on the epoll ring.
/// 6. a descriptor that a ring has seen is closed by that ring's close(), and by nobody else; what has only been read
///    and written at offsets, on an io_uring, may be closed by anybody.
class ring {
public:
    virtual ~ring() = default; ///< Requires: no operation is busy.

    /// "io_uring" or "epoll": the value of --reactor-backend.
    virtual const char* name() const noexcept = 0;

    /// Takes the operation. Never fails, never completes it on the spot.
    virtual void prepare(operation& op) noexcept = 0;

    /// Asks for an early end: op is completed soon, with -ECANCELED or with what it had reached. No effect unless busy.
    virtual void cancel(operation& op) noexcept = 0;

    /// Closes the descriptor and forgets what the backend knows of it. Requires: no operation on it is busy.
    virtual void close(int fd) noexcept = 0;

    /// Hands prepared operations to the kernel and delivers what has finished; does not sleep. Makes no system call
    /// when nothing is prepared and nothing can have finished (io_uring; epoll has to ask). True if anything was
    /// delivered.
    virtual bool poll() noexcept = 0;

    /// The same, but sleeps until something has finished, wake() is called, a signal arrives, or now() reaches the
    /// deadline (`never`: no deadline). May return early. Does all that poll() does, so a turn that knows that it will
    /// sleep needs no poll() before it.
    virtual void wait(nanoseconds deadline) noexcept = 0;

    /// Makes a wait() in progress, or the next one, return. Any thread; async-signal-safe. Costs a system call: callers
    /// avoid it by looking whether the shard sleeps at all (shard/ owns that protocol).
    virtual void wake() noexcept = 0;

    /// The shard's clock. Monotonic.
    virtual nanoseconds now() noexcept = 0;

    const ring_counters& counters() const noexcept { return _counters; }

protected:
    ring_counters _counters;
};

}
