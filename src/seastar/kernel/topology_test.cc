#include "topology.hh"

#include "affinity.hh"
#include "fixture_tree.hh"

#include <gmock/gmock.h>

namespace seastar::kernel {
namespace {

using testing::ElementsAre;

std::vector<unsigned> ids(const std::vector<cpu_place>& places) {
    std::vector<unsigned> result;
    for (auto& place : places) {
        result.push_back(place.id);
    }
    return result;
}

void add_cpu(fixture_tree& tree, unsigned id, const std::string& siblings, unsigned package) {
    std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(id) + "/topology/";
    tree.write(folder + "thread_siblings_list", siblings);
    tree.write(folder + "physical_package_id", std::to_string(package));
}

TEST(cpu_list, is_parsed_with_ranges) {
    EXPECT_THAT(parse_cpu_list("0-3,5").value(), ElementsAre(0, 1, 2, 3, 5));
    EXPECT_THAT(parse_cpu_list("7").value(), ElementsAre(7));
    EXPECT_THAT(parse_cpu_list("5,1-2,2").value(), ElementsAre(1, 2, 5));
    EXPECT_THAT(parse_cpu_list("8191").value(), ElementsAre(8191));
}

TEST(cpu_list, is_refused_when_malformed) {
    for (const char* text : {"", ",", "1,", ",1", "a", "1-", "-1", "3-1", "1 2", "8192", "0-99999999999", "1--2", "0x1",
                             "18446744073709551616"}) {
        EXPECT_FALSE(parse_cpu_list(text)) << text;
    }
}

TEST(topology, tells_cores_packages_and_nodes) {
    fixture_tree tree;
    add_cpu(tree, 0, "0,2", 0);
    add_cpu(tree, 1, "1,3", 1);
    add_cpu(tree, 2, "0,2", 0);
    add_cpu(tree, 3, "1,3", 1);
    tree.write("/sys/devices/system/node/online", "0-1");
    tree.write("/sys/devices/system/node/node0/cpulist", "0,2");
    tree.write("/sys/devices/system/node/node1/cpulist", "1,3");
    auto places = read_topology({0, 1, 2, 3}, tree.root());
    ASSERT_EQ(places.size(), 4u);
    EXPECT_EQ(places[2].core, 0u);
    EXPECT_EQ(places[3].core, 1u);
    EXPECT_EQ(places[3].package, 1u);
    EXPECT_EQ(places[3].node, 1u);
    EXPECT_EQ(places[0].node, 0u);
}

TEST(topology, takes_each_cpu_as_a_core_where_nothing_is_told) {
    fixture_tree tree;
    auto places = read_topology({4, 6}, tree.root());
    ASSERT_EQ(places.size(), 2u);
    EXPECT_EQ(places[0].core, 4u);
    EXPECT_EQ(places[1].core, 6u);
    EXPECT_EQ(places[1].node, 0u);
}

TEST(topology, distinct_cores_are_chosen_before_siblings) {
    for (bool siblings_adjacent : {false, true}) {
        fixture_tree tree;
        for (unsigned id = 0; id < 8; ++id) {
            unsigned core = siblings_adjacent ? id / 2 * 2 : id % 4;
            unsigned other = siblings_adjacent ? core + 1 : core + 4;
            add_cpu(tree, id, std::to_string(core) + "," + std::to_string(other), 0);
        }
        auto all = read_topology({0, 1, 2, 3, 4, 5, 6, 7}, tree.root());
        if (siblings_adjacent) {
            EXPECT_THAT(ids(choose_cpus(all, 4)), ElementsAre(0, 2, 4, 6));
            EXPECT_THAT(ids(choose_cpus(all, 5)), ElementsAre(0, 2, 4, 6, 1));
        } else {
            EXPECT_THAT(ids(choose_cpus(all, 3)), ElementsAre(0, 1, 2));
            EXPECT_THAT(ids(choose_cpus(all, 6)), ElementsAre(0, 1, 2, 3, 4, 5));
        }
        EXPECT_EQ(choose_cpus(all, 100).size(), 8u);
        EXPECT_TRUE(choose_cpus(all, 0).empty());
        // Of the allowed ones only: 1 and its sibling, and a CPU whose sibling is not allowed.
        unsigned sibling = siblings_adjacent ? 0u : 5u;
        auto few = read_topology({sibling, 1, 6}, tree.root());
        auto chosen = choose_cpus(few, 2);
        EXPECT_NE(chosen[0].core, chosen[1].core);
    }
}

TEST(topology, of_this_machine_covers_the_allowed_cpus) {
    affinity_mask mask;
    ASSERT_EQ(affinity_mask::of_this_thread(mask), 0);
    auto allowed = mask.cpus();
    ASSERT_FALSE(allowed.empty());
    EXPECT_EQ(ids(read_topology(allowed)), allowed);
}

}
}
