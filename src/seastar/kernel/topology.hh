/// How the CPUs of this machine hang together, as /sys tells it, and which of them the shards get.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace seastar::kernel {

/// One logical CPU.
struct cpu_place {
    unsigned id = 0;
    unsigned core = 0;    ///< the lowest CPU number of its physical core
    unsigned package = 0; ///< socket
    unsigned node = 0;    ///< NUMA node
    friend bool operator==(const cpu_place&, const cpu_place&) = default;
};

/// "0-3,5" as ascending numbers without doubles; none if it is malformed, empty, or names a CPU above 8191.
std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text);

/// The place of each of `cpus`. `root` stands in front of /sys (tests). What /sys does not tell is taken as: a core of
/// its own, in package 0, on node 0.
std::vector<cpu_place> read_topology(const std::vector<unsigned>& cpus, const std::string& root = "");

/// Picks `count` CPUs (or all, if there are fewer): first one of each physical core, then their siblings.
std::vector<cpu_place> choose_cpus(const std::vector<cpu_place>& from, size_t count);

}
