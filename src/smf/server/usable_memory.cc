/// See usable_memory.hh.
#include "usable_memory.hh"

#include <seastar/core/resource.hh>
#include <seastar/core/smp.hh>

#include <algorithm>
#include <exception>

namespace smf {

uint64_t usable_memory(uint64_t configured) noexcept {
    // What the control group or the machine has, less the reserve for the system, divided by the shards.
    try {
        seastar::resource::configuration wanted;
        wanted.cpus = std::max(1u, seastar::smp::count);
        wanted.overprovisioned = true; // a shard's thread sees no CPU but its own
        auto found = seastar::resource::allocate(wanted);
        uint64_t share = 0;
        for (auto& m : found.cpus.front().mem) {
            share += m.bytes;
        }
        return std::min<uint64_t>(configured, share / 4);
    } catch (const std::exception&) {
        return configured; // nothing is known about the machine
    }
}

}
