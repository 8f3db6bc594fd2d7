#include "machine.hh"

#include "affinity.hh"

#include <algorithm>
#include <unistd.h>

namespace seastar::kernel {

machine read_machine(int& error, const std::string& root) {
    machine m;
    affinity_mask allowed;
    error = affinity_mask::of_this_thread(allowed);
    m.cpus = read_topology(allowed.cpus(), root);
    m.memory = physical_memory();
    m.limits = read_cgroup_limits(root);
    return m;
}

uint64_t physical_memory() noexcept {
    return static_cast<uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

uint64_t usable_memory(uint64_t physical, const cgroup_limits& limits) noexcept {
    return std::min(physical, limits.memory.value_or(physical));
}

uint64_t default_reserve(uint64_t usable) noexcept {
    constexpr uint64_t at_least = uint64_t(3) << 29;
    return std::min(std::max(at_least, usable / 100 * 7), usable / 2);
}

size_t default_shards(const machine& m) noexcept {
    size_t shards = m.cpus.size();
    if (m.limits.cpus && *m.limits.cpus < double(shards)) {
        shards = static_cast<size_t>(*m.limits.cpus);
    }
    return std::max<size_t>(shards, 1);
}

}
