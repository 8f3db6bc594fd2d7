/// The ring on epoll(7): works on every kernel and in every container. What it does and how: epoll_ring.cc.
#pragma once

#include "ring.hh"

#include <memory>

namespace seastar::kernel {

/// Null, with `error` set to -errno, when there is no descriptor or memory left.
std::unique_ptr<ring> make_epoll_ring(int& error) noexcept;

}
