#include <seastar/core/resource.hh>

#include "machine.hh"

#include <gmock/gmock.h>

#include <stdexcept>

namespace seastar::resource {
namespace {

using testing::ElementsAre;

constexpr size_t gib = size_t(1) << 30;

/// Two packages with two cores of two threads each: siblings are n and n + 4.
kernel::machine eight_cpus() {
    kernel::machine m;
    for (unsigned id = 0; id < 8; ++id) {
        kernel::cpu_place place;
        place.id = id;
        place.core = id % 4;
        place.package = place.node = id % 4 / 2;
        m.cpus.push_back(place);
    }
    m.memory = 16 * gib;
    return m;
}

std::vector<unsigned> ids(const resources& r) {
    std::vector<unsigned> result;
    for (auto& c : r.cpus) {
        result.push_back(c.cpu_id);
    }
    return result;
}

std::string why(const configuration& c, const kernel::machine& m) {
    try {
        internal::allocate_on(c, m);
        return "";
    } catch (const std::runtime_error& e) {
        return e.what();
    }
}

TEST(resource_test, cpu_sets_are_parsed) {
    EXPECT_THAT(parse_cpuset("0-3,5").value(), ElementsAre(0, 1, 2, 3, 5));
    EXPECT_FALSE(parse_cpuset("all"));
    EXPECT_FALSE(parse_cpuset(""));
}

TEST(resource_test, by_default_all_cpus_are_used_and_memory_less_the_reserve_is_divided) {
    configuration c;
    auto r = internal::allocate_on(c, eight_cpus());
    EXPECT_THAT(ids(r), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
    for (auto& cpu : r.cpus) {
        ASSERT_EQ(cpu.mem.size(), 1u);
        EXPECT_EQ(cpu.mem[0].bytes, (16 * gib - 3 * gib / 2) / 8);
        EXPECT_EQ(cpu.mem[0].nodeid, cpu.cpu_id % 4 / 2);
    }
}

TEST(resource_test, few_shards_get_cores_of_their_own) {
    configuration c;
    c.cpus = 3;
    EXPECT_THAT(ids(internal::allocate_on(c, eight_cpus())), ElementsAre(0, 1, 2));
    c.cpu_set = cpuset{1, 5, 6};
    c.cpus = 2;
    EXPECT_THAT(ids(internal::allocate_on(c, eight_cpus())), ElementsAre(1, 6));
    c.cpus.reset();
    EXPECT_EQ(internal::allocate_on(c, eight_cpus()).cpus.size(), 3u);
}

TEST(resource_test, more_shards_than_cpus_are_an_error_unless_overprovisioned) {
    configuration c;
    c.cpus = 9;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient processing units");
    c.overprovisioned = true;
    EXPECT_THAT(ids(internal::allocate_on(c, eight_cpus())), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 0));
    c.cpus = 0;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient processing units");
}

TEST(resource_test, a_cpu_that_is_not_allowed_is_named) {
    configuration c;
    c.cpu_set = cpuset{0, 12};
    EXPECT_NE(why(c, eight_cpus()).find("CPU 12"), std::string::npos);
}

TEST(resource_test, a_cpu_quota_lowers_the_default_only) {
    configuration c;
    auto m = eight_cpus();
    m.limits.cpus = 2.5;
    EXPECT_EQ(internal::allocate_on(c, m).cpus.size(), 2u);
    c.cpus = 4;
    EXPECT_EQ(internal::allocate_on(c, m).cpus.size(), 4u);
}

TEST(resource_test, memory_is_what_was_asked_for_or_an_error) {
    configuration c;
    c.cpus = 2;
    c.total_memory = gib;
    EXPECT_EQ(internal::allocate_on(c, eight_cpus()).cpus[1].mem[0].bytes, gib / 2);
    c.reserve_additional_memory_per_shard = 100;
    EXPECT_EQ(internal::allocate_on(c, eight_cpus()).cpus[1].mem[0].bytes, gib / 2 - 4096);
    c.reserve_additional_memory_per_shard = gib;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient physical memory");
    c.reserve_additional_memory_per_shard = 0;
    c.total_memory = 16 * gib;
    EXPECT_EQ(why(c, eight_cpus()), "");
    c.total_memory = 16 * gib + 1;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient physical memory");
    c.total_memory = 1000;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient physical memory");
    c.total_memory = 15 * gib;
    c.reserve_memory = 2 * gib;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient physical memory");
    c.total_memory.reset();
    EXPECT_EQ(internal::allocate_on(c, eight_cpus()).cpus[0].mem[0].bytes, 7 * gib);
    c.reserve_memory = 20 * gib;
    EXPECT_EQ(why(c, eight_cpus()), "insufficient physical memory");
}

TEST(resource_test, a_memory_limit_of_a_container_counts_as_its_memory) {
    configuration c;
    c.cpus = 1;
    auto m = eight_cpus();
    m.limits.memory = gib;
    EXPECT_EQ(internal::allocate_on(c, m).cpus[0].mem[0].bytes, gib / 2);
    c.total_memory = 2 * gib;
    EXPECT_EQ(why(c, m), "insufficient physical memory");
}

TEST(resource_test, io_groups_follow_nodes_or_the_number_asked_for) {
    configuration c;
    c.devices = {42};
    auto topology = internal::allocate_on(c, eight_cpus()).ioq_topology.at(42);
    EXPECT_THAT(topology.shard_to_group, ElementsAre(0, 0, 1, 1, 0, 0, 1, 1));
    EXPECT_THAT(topology.shards_in_group, ElementsAre(4, 4));
    c.num_io_groups = 3;
    topology = internal::allocate_on(c, eight_cpus()).ioq_topology.at(42);
    EXPECT_THAT(topology.shards_in_group, ElementsAre(3, 3, 2));
}

TEST(resource_test, this_machine_can_be_allocated) {
    configuration c;
    EXPECT_GE(nr_processing_units(c), 1u);
    c.cpus = 1;
    auto r = allocate(c);
    ASSERT_EQ(r.cpus.size(), 1u);
    EXPECT_GT(r.cpus[0].mem[0].bytes, 0u);
}

}
}
