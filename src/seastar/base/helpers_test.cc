#include <seastar/core/align.hh>
#include <seastar/core/bitops.hh>
#include <seastar/core/shard_id.hh>
#include <seastar/util/bool_class.hh>
#include <seastar/util/defer.hh>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <thread>

namespace {

struct keep_open_tag {};
using keep_open = seastar::bool_class<keep_open_tag>;

TEST(bool_class, behaves_as_a_bool_of_its_own_type) {
    static_assert(!std::is_convertible_v<bool, keep_open>);
    static_assert(!std::is_convertible_v<keep_open, bool>);
    EXPECT_NE(keep_open::yes, keep_open::no);
    static_assert(keep_open(true) != keep_open(false));
    EXPECT_EQ(keep_open(), keep_open::no);
    EXPECT_TRUE(bool(keep_open::yes || keep_open::no));
    EXPECT_FALSE(bool(keep_open::yes && keep_open::no));
    EXPECT_EQ(!keep_open::yes, keep_open::no);
}

TEST(bool_class, prints_by_ostream_and_fmt) {
    std::ostringstream os;
    os << keep_open::yes << " " << keep_open::no;
    EXPECT_EQ(os.str(), "true false");
    EXPECT_EQ(fmt::format("{} {}", keep_open::yes, keep_open::no), "true false");
}

TEST(defer, runs_once_when_the_scope_is_left) {
    int runs = 0;
    {
        auto d = seastar::defer([&runs]() noexcept { ++runs; });
        auto e = std::move(d);
        EXPECT_EQ(runs, 0);
    }
    EXPECT_EQ(runs, 1);
    try {
        auto d = seastar::defer([&runs, p = std::make_unique<int>(5)]() noexcept { runs += *p; });
        throw 1;
    } catch (int) {
    }
    EXPECT_EQ(runs, 6);
}

TEST(defer, does_not_run_when_cancelled) {
    int runs = 0;
    {
        auto d = seastar::defer([&runs]() noexcept { ++runs; });
        d.cancel();
    }
    EXPECT_EQ(runs, 0);
}

TEST(defer, takes_a_function_by_reference_too) {
    static int runs;
    runs = 0;
    auto action = []() noexcept { ++runs; };
    {
        auto d = seastar::defer(action);
    }
    EXPECT_EQ(runs, 1);
}

TEST(shard_id, is_the_threads_own) {
    unsigned before = seastar::internal::set_this_shard_id(3);
    EXPECT_EQ(seastar::this_shard_id(), 3u);
    unsigned other = 99;
    std::thread([&other] { other = seastar::this_shard_id(); }).join();
    EXPECT_EQ(other, 0u);
    EXPECT_EQ(seastar::internal::set_this_shard_id(before), 3u);
}

TEST(align, rounds_numbers_and_pointers) {
    static_assert(seastar::align_up(0u, 8u) == 0);
    static_assert(seastar::align_up(1u, 8u) == 8);
    static_assert(seastar::align_up(uint64_t(4097), uint64_t(4096)) == 8192);
    static_assert(seastar::align_down(4095, 4096) == 0);
    char* p = reinterpret_cast<char*>(uintptr_t(1001));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(seastar::align_up(p, 16)), 1008u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(seastar::align_down(p, 16)), 992u);
}

TEST(bitops, counts_zeros_for_every_width) {
    static_assert(seastar::count_leading_zeros(uint8_t(1)) == 7);
    static_assert(seastar::count_leading_zeros(int8_t(-1)) == 0);
    static_assert(seastar::count_leading_zeros(1u) == 31);
    static_assert(seastar::count_leading_zeros(uint64_t(1)) == 63);
    static_assert(seastar::count_trailing_zeros(uint64_t(1) << 63) == 63);
    static_assert(seastar::log2ceil(1u) == 0);
    static_assert(seastar::log2ceil(5u) == 3);
    static_assert(seastar::log2ceil(8u) == 3);
    static_assert(seastar::log2ceil(uint64_t(1) << 63) == 63);
    static_assert(seastar::log2floor(1u) == 0);
    static_assert(seastar::log2floor(7u) == 2);
    static_assert(seastar::log2floor(uint64_t(8)) == 3);
}

}
