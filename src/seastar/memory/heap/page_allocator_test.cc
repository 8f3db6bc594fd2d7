#include "memory/heap/page_allocator.hh"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace seastar::memory {
namespace {

struct pages : page_allocator {
    std::vector<page> table;
    explicit pages(uint32_t count) : table(count + 1) { init(table.data(), 1, count + 1); }
};

TEST(page_allocator, takes_used_pages_before_new_ones) {
    pages p(100);
    auto a = p.allocate(10);
    auto b = p.allocate(10);
    EXPECT_EQ(a, 1u);
    EXPECT_EQ(b, 11u);
    p.free(a);
    EXPECT_EQ(p.allocate(4), 1u);
    EXPECT_EQ(p.allocate(6), 5u);
    EXPECT_EQ(p.allocate(1), 21u);
    EXPECT_EQ(p.used_pages(), 21u);
}

TEST(page_allocator, neighbours_become_one_span) {
    pages p(30);
    uint32_t spans[] = {p.allocate(10), p.allocate(10), p.allocate(10)};
    EXPECT_EQ(p.allocate(1), 0u);
    p.free(spans[0]);
    p.free(spans[2]);
    EXPECT_EQ(p.allocate(11), 0u);
    p.free(spans[1]);
    EXPECT_EQ(p.used_pages(), 0u);
    EXPECT_EQ(p.allocate(30), 1u);
}

TEST(page_allocator, what_does_not_fit_leaves_it_as_it_was) {
    pages p(8);
    EXPECT_EQ(p.allocate(9), 0u);
    EXPECT_EQ(p.allocate_aligned(8, 16, 0), 0u);
    EXPECT_EQ(p.allocate_aligned(1, UINT32_MAX / 2 + 1, 0), 0u);
    EXPECT_EQ(p.used_pages(), 0u);
    EXPECT_EQ(p.allocate(8), 1u);
}

TEST(page_allocator, aligned_spans_give_back_what_they_cut_off) {
    pages p(100);
    auto a = p.allocate(2);
    for (uint32_t alignment : {1, 2, 8, 32}) {
        for (uint32_t offset : {0, 5}) {
            auto first = p.allocate_aligned(3, alignment, offset);
            ASSERT_NE(first, 0u);
            EXPECT_EQ((first + offset) % alignment, 0u);
            EXPECT_EQ(p.used_pages(), 5u);
            p.free(first);
        }
    }
    p.free(a);
    EXPECT_EQ(p.allocate(100), 1u);
}

TEST(page_allocator, spans_grow_into_free_neighbours_and_shrink) {
    pages p(20);
    auto a = p.allocate(5);
    EXPECT_TRUE(p.resize(a, 8)); // nobody is behind it
    auto b = p.allocate(4);
    EXPECT_FALSE(p.resize(a, 9));
    p.free(b);
    auto c = p.allocate(1);
    EXPECT_EQ(c, 9u);
    EXPECT_TRUE(p.resize(a, 3));
    EXPECT_TRUE(p.resize(a, 8));
    EXPECT_FALSE(p.resize(a, 9));
    EXPECT_EQ(p.used_pages(), 9u);
    p.free(c);
    EXPECT_TRUE(p.resize(a, 20));
    EXPECT_FALSE(p.resize(a, 21));
    p.free(a);
    EXPECT_EQ(p.allocate(20), 1u);
}

TEST(page_allocator, an_end_that_comes_nearer_holds_for_what_follows) {
    pages p(20);
    auto a = p.allocate(15);
    p.set_end(11);
    EXPECT_EQ(p.allocate(1), 0u);
    EXPECT_FALSE(p.resize(a, 16));
    p.free(a);
    EXPECT_EQ(p.allocate(11), 0u);
    EXPECT_EQ(p.allocate(10), 1u);
}

TEST(page_allocator, what_is_free_beyond_the_end_counts_as_any_other) {
    pages p(20);
    auto a = p.allocate(15);
    auto b = p.allocate(1);
    p.free(a);
    p.set_end(11);
    EXPECT_EQ(p.allocate(10), 0u);
    EXPECT_EQ(p.allocate(9), 1u);
    EXPECT_EQ(p.allocate(1), 0u);
    p.free(b);
    EXPECT_EQ(p.allocate(1), 10u);
}

TEST(page_allocator, knows_what_was_never_touched) {
    pages p(100);
    EXPECT_EQ(p.touched(), 1u);
    p.free(p.allocate(50));
    EXPECT_EQ(p.touched(), 51u);
    std::vector<std::pair<uint32_t, uint32_t>> given_back;
    auto a = p.allocate(3);
    auto b = p.allocate(3);
    p.free(a);
    p.for_each_free([&](uint32_t first, uint32_t count) { given_back.emplace_back(first, count); });
    EXPECT_EQ(given_back, (std::vector<std::pair<uint32_t, uint32_t>>{{1, 3}, {7, 44}}));
    EXPECT_EQ(p.touched(), 7u);
    p.free(b);
}

TEST(page_allocator, spans_never_overlap_whatever_the_order) {
    std::mt19937 dice(testing::UnitTest::GetInstance()->random_seed());
    constexpr uint32_t total = 5000;
    pages p(total);
    std::map<uint32_t, uint32_t> spans; // first page, count
    uint32_t used = 0;
    auto check = [&](uint32_t first, uint32_t count) {
        auto after = spans.lower_bound(first);
        ASSERT_TRUE(after == spans.end() || first + count <= after->first);
        ASSERT_TRUE(after == spans.begin() || std::prev(after)->first + std::prev(after)->second <= first);
        ASSERT_LE(first + count, total + 1);
    };
    auto any = [&] {
        auto it = spans.lower_bound(dice() % total);
        return it == spans.end() ? spans.begin() : it;
    };
    for (int i = 0; i < 20'000; ++i) {
        uint32_t count = 1 + dice() % (dice() % 4 ? 10 : 300);
        switch (dice() % 5) {
        case 0:
        case 1:
            if (auto first = p.allocate(count)) {
                check(first, count);
                spans[first] = count;
                used += count;
            }
            break;
        case 2:
            if (auto first = p.allocate_aligned(count, 1u << dice() % 6, 0)) {
                check(first, count);
                spans[first] = count;
                used += count;
            }
            break;
        case 3:
            if (!spans.empty()) {
                auto it = any();
                auto [first, old] = *it;
                spans.erase(it);
                if (p.resize(first, count)) {
                    check(first, count);
                    used += count - old;
                    old = count;
                }
                spans[first] = old;
            }
            break;
        default:
            if (!spans.empty()) {
                auto it = any();
                used -= it->second;
                p.free(it->first);
                spans.erase(it);
            }
        }
        ASSERT_EQ(p.used_pages(), used);
    }
    for (auto [first, count] : spans) {
        p.free(first);
    }
    EXPECT_EQ(p.allocate(total), 1u); // nothing was lost, and all is one again
}

}
}
