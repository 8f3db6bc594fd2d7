/// See usable_memory.hh.
#include "usable_memory.hh"

#include <seastar/core/internal/shard_memory.hh>

#include <algorithm>

namespace smf {

uint64_t usable_memory(uint64_t configured) noexcept {
    uint64_t share = seastar::internal::shard_memory();
    return share == 0 ? configured : std::min<uint64_t>(configured, share / 4);
}

}
