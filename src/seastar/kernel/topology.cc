#include "topology.hh"

#include "affinity.hh"
#include "small_file.hh"

#include <algorithm>
#include <map>

namespace seastar::kernel {
namespace {

/// CPU number -> NUMA node.
std::map<unsigned, unsigned> read_nodes(const std::string& sys) {
    std::map<unsigned, unsigned> nodes;
    auto online = read_small_file(sys + "/devices/system/node/online");
    auto list = online ? parse_cpu_list(*online) : std::nullopt;
    if (!list) {
        return nodes;
    }
    for (unsigned node : *list) {
        auto text = read_small_file(sys + "/devices/system/node/node" + std::to_string(node) + "/cpulist");
        auto cpus = text ? parse_cpu_list(*text) : std::nullopt;
        for (unsigned cpu : cpus.value_or(std::vector<unsigned>())) {
            nodes[cpu] = node;
        }
    }
    return nodes;
}

}

std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text) {
    std::vector<unsigned> result;
    for (;;) {
        std::string_view part = text.substr(0, text.find(','));
        size_t dash = part.find('-');
        auto first = parse_number(part.substr(0, dash));
        auto last = dash == part.npos ? first : parse_number(part.substr(dash + 1));
        if (!first || !last || *first > *last || *last >= affinity_mask::cpus_max) {
            return std::nullopt;
        }
        for (uint64_t cpu = *first; cpu <= *last; ++cpu) {
            result.push_back(static_cast<unsigned>(cpu));
        }
        if (part.size() == text.size()) {
            break;
        }
        text.remove_prefix(part.size() + 1);
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

std::vector<cpu_place> read_topology(const std::vector<unsigned>& cpus, const std::string& root) {
    std::string sys = root + "/sys";
    auto nodes = read_nodes(sys);
    std::vector<cpu_place> places;
    for (unsigned id : cpus) {
        std::string folder = sys + "/devices/system/cpu/cpu" + std::to_string(id) + "/topology/";
        cpu_place place;
        place.id = id;
        auto siblings_text = read_small_file(folder + "thread_siblings_list");
        auto siblings = siblings_text ? parse_cpu_list(*siblings_text) : std::nullopt;
        place.core = siblings ? siblings->front() : id;
        place.package = static_cast<unsigned>(read_number(folder + "physical_package_id").value_or(0));
        auto node = nodes.find(id);
        place.node = node == nodes.end() ? 0 : node->second;
        places.push_back(place);
    }
    return places;
}

std::vector<cpu_place> choose_cpus(const std::vector<cpu_place>& from, size_t count) {
    std::vector<cpu_place> sorted(from);
    std::sort(sorted.begin(), sorted.end(), [](const cpu_place& a, const cpu_place& b) { return a.id < b.id; });
    std::map<unsigned, unsigned> seen; // how many CPUs of a core came already
    std::vector<std::pair<unsigned, size_t>> order;
    for (size_t i = 0; i < sorted.size(); ++i) {
        order.emplace_back(seen[sorted[i].core]++, i);
    }
    std::sort(order.begin(), order.end());
    order.resize(std::min(order.size(), count));
    std::vector<cpu_place> chosen;
    for (auto [rank, index] : order) {
        chosen.push_back(sorted[index]);
    }
    return chosen;
}

}
