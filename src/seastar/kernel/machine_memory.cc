#include "machine_memory.hh"

#include <algorithm>
#include <unistd.h>

namespace seastar::kernel {

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

}
