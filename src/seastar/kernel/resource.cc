#include <seastar/core/resource.hh>

#include "machine.hh"

#include <algorithm>
#include <stdexcept>
#include <system_error>

namespace seastar::resource {
namespace {

constexpr size_t page_size = 4096;

kernel::machine read_machine() {
    int error;
    auto m = kernel::read_machine(error);
    if (error < 0) {
        throw std::system_error(-error, std::system_category(), "sched_getaffinity");
    }
    return m;
}

/// The CPUs to choose from.
std::vector<kernel::cpu_place> candidates(const configuration& c, const kernel::machine& m) {
    if (!c.cpu_set) {
        return m.cpus;
    }
    std::vector<kernel::cpu_place> result;
    for (unsigned id : *c.cpu_set) {
        auto found = std::find_if(m.cpus.begin(), m.cpus.end(), [id](auto& place) { return place.id == id; });
        if (found == m.cpus.end()) {
            throw std::runtime_error("CPU " + std::to_string(id) + " of the CPU set is not available to this process");
        }
        result.push_back(*found);
    }
    return result;
}

std::vector<kernel::cpu_place> choose_places(const configuration& c, const kernel::machine& m) {
    auto from = candidates(c, m);
    size_t count = c.cpus ? *c.cpus : c.cpu_set ? from.size() : kernel::default_shards(m);
    if (count == 0 || from.empty() || (count > from.size() && !c.overprovisioned)) {
        throw std::runtime_error("insufficient processing units");
    }
    auto chosen = kernel::choose_cpus(from, count);
    for (size_t i = 0; chosen.size() < count; ++i) {
        chosen.push_back(chosen[i]);
    }
    return chosen;
}

/// Bytes of each of `shards` shards.
size_t divide_memory(const configuration& c, const kernel::machine& m, size_t shards) {
    uint64_t usable = kernel::usable_memory(m.memory, m.limits);
    uint64_t reserve = c.reserve_memory.value_or(c.total_memory ? 0 : kernel::default_reserve(usable));
    uint64_t available = usable - std::min(usable, reserve);
    uint64_t total = c.total_memory.value_or(available);
    uint64_t share = total / shards;
    if (total > available || share < page_size + c.reserve_additional_memory_per_shard) {
        throw std::runtime_error("insufficient physical memory");
    }
    return (share - c.reserve_additional_memory_per_shard) / page_size * page_size;
}

/// Shards of one NUMA node share a group; if another number of groups is asked for, neighbours do.
io_queue_topology plan_groups(const std::vector<kernel::cpu_place>& places, unsigned groups) {
    io_queue_topology topology;
    std::vector<unsigned> nodes;
    for (size_t shard = 0; shard < places.size(); ++shard) {
        unsigned group;
        if (groups == 0) {
            auto known = std::find(nodes.begin(), nodes.end(), places[shard].node);
            group = static_cast<unsigned>(known - nodes.begin());
            if (known == nodes.end()) {
                nodes.push_back(places[shard].node);
            }
        } else {
            group = static_cast<unsigned>(shard * std::min<size_t>(groups, places.size()) / places.size());
        }
        topology.shard_to_group.push_back(group);
        topology.shards_in_group.resize(std::max<size_t>(topology.shards_in_group.size(), group + 1));
        ++topology.shards_in_group[group];
    }
    return topology;
}

}

std::optional<cpuset> parse_cpuset(std::string value) {
    auto cpus = kernel::parse_cpu_list(value);
    return cpus ? std::optional(cpuset(cpus->begin(), cpus->end())) : std::nullopt;
}

resources internal::allocate_on(const configuration& c, const kernel::machine& m) {
    auto places = choose_places(c, m);
    size_t bytes = divide_memory(c, m, places.size());
    resources result;
    for (const auto& place : places) {
        result.cpus.push_back(cpu{place.id, {memory{bytes, place.node}}});
    }
    for (dev_t device : c.devices) {
        result.ioq_topology.emplace(device, plan_groups(places, c.num_io_groups));
    }
    return result;
}

resources allocate(configuration& c) {
    return internal::allocate_on(c, read_machine());
}

unsigned nr_processing_units(configuration& c) {
    return static_cast<unsigned>(candidates(c, read_machine()).size());
}

}
