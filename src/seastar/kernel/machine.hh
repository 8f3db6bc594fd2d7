/// What this process has to divide among its shards: CPUs, and memory.
#pragma once

#include "cgroup.hh"
#include "topology.hh"

namespace seastar::kernel {

struct machine {
    std::vector<cpu_place> cpus; ///< that the calling thread may use
    uint64_t memory = 0;         ///< bytes of the whole machine
    cgroup_limits limits;
};

/// `root` stands in front of /proc and /sys (tests); affinity and memory are always the real ones. -errno in `error` if
/// the kernel does not tell the affinity, else 0.
machine read_machine(int& error, const std::string& root = "");

/// Bytes of physical memory.
uint64_t physical_memory() noexcept;

/// What this process could use at most: the machine's memory, or its control group's limit if that is lower.
uint64_t usable_memory(uint64_t physical, const cgroup_limits& limits) noexcept;

/// What is left to the system unless the user says otherwise: the larger of 1.5 GiB and 7 %; on a machine, or in a
/// container, where that would be more than half of what there is, half.
uint64_t default_reserve(uint64_t usable) noexcept;

/// How many shards there are unless the user says otherwise: one per CPU, and no more than a CPU quota pays for
/// (rounded down: a shard that is throttled holds up all others), but one at least.
size_t default_shards(const machine& m) noexcept;

}
