/// See usable_memory.hh.
#include "usable_memory.hh"

#include <seastar/core/memory.hh>

#include <algorithm>

namespace smf {

uint64_t usable_memory(uint64_t configured) noexcept {
    // The shard's share already follows -m, the cgroup, or the machine less the reserve for the system.
    auto share = seastar::memory::stats().total_memory();
    return share ? std::min<uint64_t>(configured, share / 4) : configured;
}

}
