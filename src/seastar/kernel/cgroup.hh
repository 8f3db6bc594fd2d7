/// What the control groups of this process leave it: containers limit CPU time and memory this way, and nothing else
/// tells.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace seastar::kernel {

/// The tightest limits of the process's group and all above it; none where there is no limit.
struct cgroup_limits {
    std::optional<double> cpus;      ///< CPU seconds per second
    std::optional<uint64_t> memory;  ///< bytes
};

/// Reads version 2, version 1, and both side by side. `root` stands in front of /proc and /sys (tests). Never fails:
/// what cannot be read does not limit.
cgroup_limits read_cgroup_limits(const std::string& root = "");

}
