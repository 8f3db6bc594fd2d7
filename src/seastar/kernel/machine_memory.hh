/// How much memory there is, and how much of it is ours by default.
#pragma once

#include "cgroup.hh"

namespace seastar::kernel {

/// Bytes of physical memory of the machine.
uint64_t physical_memory() noexcept;

/// What this process could use at most: the machine's memory, or its control group's limit if that is lower.
uint64_t usable_memory(uint64_t physical, const cgroup_limits& limits) noexcept;

/// What is left to the system unless the user says otherwise: the larger of 1.5 GiB and 7 %; on a machine, or in a
/// container, where that would be more than half of what there is, half.
uint64_t default_reserve(uint64_t usable) noexcept;

}
