#include "cgroup.hh"

#include "small_file.hh"

#include <algorithm>

namespace seastar::kernel {
namespace {

// Version 1 says "no limit" by a number near 2^63, rounded to pages.
constexpr uint64_t memory_unlimited = uint64_t(1) << 62;

template <typename Value>
void tighten(std::optional<Value>& limit, std::optional<Value> other) {
    if (other && (!limit || *other < *limit)) {
        limit = other;
    }
}

std::optional<double> ratio(std::optional<uint64_t> quota, std::optional<uint64_t> period) {
    return quota && period && *period != 0 ? std::optional(double(*quota) / double(*period)) : std::nullopt;
}

void read_v2(const std::string& folder, cgroup_limits& limits) {
    // "max 100000" or "150000 100000"
    if (auto text = read_small_file(folder + "/cpu.max")) {
        size_t space = std::min(text->find(' '), text->size());
        std::string_view period = std::string_view(*text).substr(std::min(space + 1, text->size()));
        tighten(limits.cpus, ratio(parse_number(text->substr(0, space)), parse_number(period)));
    }
    tighten(limits.memory, read_number(folder + "/memory.max")); // "max" is no number
}

void read_v1_cpu(const std::string& folder, cgroup_limits& limits) {
    // A quota of -1 is no number.
    tighten(limits.cpus, ratio(read_number(folder + "/cpu.cfs_quota_us"), read_number(folder + "/cpu.cfs_period_us")));
}

void read_v1_memory(const std::string& folder, cgroup_limits& limits) {
    auto bytes = read_number(folder + "/memory.limit_in_bytes");
    tighten(limits.memory, bytes && *bytes < memory_unlimited ? bytes : std::nullopt);
}

/// Calls `read` for the group and all above it up to the mount point. A container often sees only its own group there,
/// under another path than /proc says; folders that do not exist are passed over, and the mount point itself is read.
void walk_up(const std::string& mount, std::string path, void (*read)(const std::string&, cgroup_limits&),
             cgroup_limits& limits) {
    while (!path.empty()) {
        if (path != "/") {
            read(mount + path, limits);
        }
        path.resize(path.rfind('/'));
    }
    read(mount, limits);
}

bool has_word(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        std::string_view item = list.substr(0, list.find(','));
        if (item == word) {
            return true;
        }
        list.remove_prefix(std::min(item.size() + 1, list.size()));
    }
    return false;
}

/// One line of /proc/self/cgroup: "4:cpu,cpuacct:/group", or "0::/group" for version 2.
void read_line(std::string_view line, const std::string& mounts, cgroup_limits& limits) {
    size_t first = line.find(':');
    size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos || line.substr(second + 1, 1) != "/") {
        return;
    }
    std::string controllers(line.substr(first + 1, second - first - 1));
    std::string path(line.substr(second + 1));
    if (controllers.empty()) {
        walk_up(mounts, path, read_v2, limits);
        walk_up(mounts + "/unified", path, read_v2, limits); // beside version 1
    } else if (has_word(controllers, "cpu")) {
        walk_up(mounts + "/" + controllers, path, read_v1_cpu, limits);
        walk_up(mounts + "/cpu", path, read_v1_cpu, limits);
    } else if (has_word(controllers, "memory")) {
        walk_up(mounts + "/memory", path, read_v1_memory, limits);
    }
}

}

cgroup_limits read_cgroup_limits(const std::string& root) {
    cgroup_limits limits;
    std::string text = read_small_file(root + "/proc/self/cgroup").value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        read_line(line, root + "/sys/fs/cgroup", limits);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return limits;
}

}
