#include "affinity.hh"

#include <seastar/util/assert.hh>

#include <cerrno>
#include <sched.h>

namespace seastar::kernel {

int affinity_mask::of_this_thread(affinity_mask& result) noexcept {
    result = affinity_mask();
    // Fails only if the kernel's own mask were longer than ours.
    int error = ::sched_getaffinity(0, sizeof(result._words), reinterpret_cast<cpu_set_t*>(result._words));
    return error < 0 ? -errno : 0;
}

int affinity_mask::apply() const noexcept {
    return ::sched_setaffinity(0, sizeof(_words), reinterpret_cast<const cpu_set_t*>(_words)) < 0 ? -errno : 0;
}

void affinity_mask::add(unsigned cpu) noexcept {
    SEASTAR_ASSERT(cpu < cpus_max);
    _words[cpu / word_bits] |= 1ul << cpu % word_bits;
}

bool affinity_mask::has(unsigned cpu) const noexcept {
    return cpu < cpus_max && (_words[cpu / word_bits] >> cpu % word_bits & 1) != 0;
}

std::vector<unsigned> affinity_mask::cpus() const {
    std::vector<unsigned> result;
    for (unsigned cpu = 0; cpu < cpus_max; ++cpu) {
        if (has(cpu)) {
            result.push_back(cpu);
        }
    }
    return result;
}

int pin_to_cpu(unsigned cpu) noexcept {
    if (cpu >= affinity_mask::cpus_max) {
        return -EINVAL;
    }
    affinity_mask one;
    one.add(cpu);
    return one.apply();
}

}
