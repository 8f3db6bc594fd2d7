/// The unit in which a shard's heap is divided. Part of memory.hh.
#pragma once

#include <cstddef>

namespace seastar::memory {

inline constexpr size_t page_bits = 12;
inline constexpr size_t page_size = size_t(1) << page_bits; ///< bytes; the system's pages may be larger

}
