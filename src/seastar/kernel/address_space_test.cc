#include "address_space.hh"

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>

namespace seastar::kernel {
namespace {

TEST(address_space, is_there_before_the_memory_and_zero_when_that_is_given_back) {
    constexpr size_t size = size_t(1) << 36;
    constexpr size_t alignment = size_t(1) << 30;
    auto* begin = reserve_addresses(size, alignment);
    ASSERT_NE(begin, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(begin) % alignment, 0u);
    auto* end = begin + size;
    constexpr size_t some = 1 << 20;
    for (auto* p : {begin, end - some}) {
        ASSERT_TRUE(make_accessible(p, some));
        EXPECT_EQ(p[0] + p[some - 1], 0);
        std::memset(p, 1, some);
        forget_contents(p, some);
        EXPECT_EQ(p[0] + p[some - 1], 0);
    }
    EXPECT_TRUE(make_accessible(begin, 0));
    EXPECT_DEATH((void)*const_cast<volatile char*>(begin + size / 2), "");
}

TEST(address_space, has_an_end) {
    EXPECT_EQ(reserve_addresses(size_t(1) << 62, size_t(1) << 20), nullptr);
    EXPECT_GE(configured_cpus(), 1u);
}

}
}
