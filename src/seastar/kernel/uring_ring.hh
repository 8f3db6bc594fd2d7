/// The ring on io_uring (Linux 6.1 and later). What it does and how: uring_ring.cc.
#pragma once

#include "ring.hh"

#include <memory>

namespace seastar::kernel {

/// `entries`: of the submission queue, a power of two. Null, with `error` set to -errno, when the kernel refuses.
std::unique_ptr<ring> make_uring_ring(unsigned entries, int& error) noexcept;

}
