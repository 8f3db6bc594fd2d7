/// Dividing the machine among the shards: which CPU each runs on and how much memory each has. Used once, at start.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

namespace seastar {

namespace kernel {
struct machine; // src/seastar/kernel/machine.hh
}

namespace resource {

using cpuset = std::set<unsigned>;

/// "0-3,5" -> {0, 1, 2, 3, 5}; empty optional if malformed.
std::optional<cpuset> parse_cpuset(std::string value);

/// What the user asked for. What is not set is chosen.
struct configuration {
    std::optional<size_t> total_memory;   ///< bytes of all shards together
    std::optional<size_t> reserve_memory; ///< bytes left to the system
    size_t reserve_additional_memory_per_shard = 0;
    std::optional<size_t> cpus; ///< number of shards
    std::optional<cpuset> cpu_set; ///< the CPUs to take them from; all of them, if `cpus` is not set
    bool overprovisioned = false; ///< more shards than CPUs are no error
    std::vector<dev_t> devices;   ///< to plan I/O groups for
    unsigned num_io_groups = 0;   ///< per device; 0: one per NUMA node
};

struct memory {
    size_t bytes;
    unsigned nodeid;
};

struct cpu {
    unsigned cpu_id;
    std::vector<memory> mem;
};

/// Which shards share a queue to a device.
struct io_queue_topology {
    std::vector<unsigned> shard_to_group;
    std::vector<unsigned> shards_in_group;
};

struct resources {
    std::vector<cpu> cpus; ///< by shard
    std::unordered_map<dev_t, io_queue_topology> ioq_topology;
};

/// Throws std::runtime_error: "insufficient processing units", "insufficient physical memory", or a CPU of the set that
/// this process may not use.
resources allocate(configuration& c);

/// How many CPUs there are to choose from: those of the set, or those that this process may use.
unsigned nr_processing_units(configuration& c);

namespace internal {
resources allocate_on(const configuration& c, const kernel::machine& m);
}

}
}
