#include "cgroup.hh"

#include "fixture_tree.hh"
#include "machine.hh"

namespace seastar::kernel {
namespace {

constexpr uint64_t gib = uint64_t(1) << 30;

TEST(cgroup, no_files_mean_no_limits) {
    fixture_tree tree;
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_FALSE(limits.cpus);
    EXPECT_FALSE(limits.memory);
}

TEST(cgroup, version_2_takes_the_tightest_limit_up_to_the_root) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "0::/outer/inner");
    tree.write("/sys/fs/cgroup/outer/inner/cpu.max", "max 100000");
    tree.write("/sys/fs/cgroup/outer/inner/memory.max", std::to_string(4 * gib));
    tree.write("/sys/fs/cgroup/outer/cpu.max", "150000 100000");
    tree.write("/sys/fs/cgroup/outer/memory.max", std::to_string(2 * gib));
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_EQ(limits.cpus, 1.5);
    EXPECT_EQ(limits.memory, 2 * gib);
}

TEST(cgroup, version_2_without_limits_says_max) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "0::/");
    tree.write("/sys/fs/cgroup/cpu.max", "max 100000");
    tree.write("/sys/fs/cgroup/memory.max", "max");
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_FALSE(limits.cpus);
    EXPECT_FALSE(limits.memory);
}

TEST(cgroup, a_container_that_sees_only_its_own_group_finds_it_at_the_mount_point) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "0::/docker/0123456789abcdef");
    tree.write("/sys/fs/cgroup/cpu.max", "50000 100000");
    tree.write("/sys/fs/cgroup/memory.max", std::to_string(gib));
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_EQ(limits.cpus, 0.5);
    EXPECT_EQ(limits.memory, gib);
}

TEST(cgroup, version_1_is_read_by_controller) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "11:cpuset:/a\n9:memory:/a/b\n4:cpu,cpuacct:/a/b\n1:name=systemd:/");
    tree.write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1");
    tree.write("/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000");
    tree.write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "300000");
    tree.write("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
    tree.write("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", std::to_string(gib));
    tree.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_EQ(limits.cpus, 3.0);
    EXPECT_EQ(limits.memory, gib);
}

TEST(cgroup, version_1_without_limits_has_huge_numbers) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "9:memory:/\n4:cpu:/");
    tree.write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
    tree.write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
    tree.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_FALSE(limits.cpus);
    EXPECT_FALSE(limits.memory);
}

TEST(cgroup, both_versions_side_by_side_are_read) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "4:memory:/job\n0::/job");
    tree.write("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", std::to_string(3 * gib));
    tree.write("/sys/fs/cgroup/unified/job/cpu.max", "200000 100000");
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_EQ(limits.cpus, 2.0);
    EXPECT_EQ(limits.memory, 3 * gib);
}

TEST(cgroup, nonsense_limits_nothing) {
    fixture_tree tree;
    tree.write("/proc/self/cgroup", "garbage\n0:\n0::relative\n::::\n0::/");
    tree.write("/sys/fs/cgroup/cpu.max", "100000 0");
    tree.write("/sys/fs/cgroup/memory.max", "-5");
    auto limits = read_cgroup_limits(tree.root());
    EXPECT_FALSE(limits.cpus);
    EXPECT_FALSE(limits.memory);
    tree.write("/sys/fs/cgroup/cpu.max", "");
    EXPECT_FALSE(read_cgroup_limits(tree.root()).cpus);
}

TEST(machine, is_the_smaller_of_machine_and_group) {
    cgroup_limits limits;
    EXPECT_EQ(usable_memory(8 * gib, limits), 8 * gib);
    limits.memory = 2 * gib;
    EXPECT_EQ(usable_memory(8 * gib, limits), 2 * gib);
    limits.memory = 16 * gib;
    EXPECT_EQ(usable_memory(8 * gib, limits), 8 * gib);
    EXPECT_GT(physical_memory(), 64u << 20);
}

TEST(machine, reserves_a_gibibyte_and_a_half_or_seven_percent_but_no_more_than_half) {
    EXPECT_EQ(default_reserve(8 * gib), 3 * gib / 2);
    EXPECT_EQ(default_reserve(100 * gib), 100 * gib / 100 * 7);
    EXPECT_EQ(default_reserve(gib), gib / 2);
}

TEST(machine, a_cpu_quota_lowers_the_number_of_shards) {
    machine m;
    m.cpus.resize(4);
    EXPECT_EQ(default_shards(m), 4u);
    for (auto [quota, shards] : {std::pair(2.0, 2u), {2.9, 2u}, {0.5, 1u}, {4.0, 4u}, {64.0, 4u}}) {
        m.limits.cpus = quota;
        EXPECT_EQ(default_shards(m), shards) << quota;
    }
}

TEST(machine, is_read) {
    int error;
    machine m = read_machine(error);
    EXPECT_EQ(error, 0);
    EXPECT_FALSE(m.cpus.empty());
    EXPECT_GT(m.memory, 0u);
}

}
}
