/// A heap by itself, in a range of the test's; no thread allocates from it otherwise.
#include "memory/heap/shard_heap.hh"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <span>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace seastar::memory {
namespace {

TEST(size_classes, hold_every_size_and_waste_little) {
    for (size_t size = 0; size <= small_max; ++size) {
        auto& c = size_classes[class_of(size)];
        ASSERT_GE(c.size, size);
        ASSERT_TRUE(size <= 128 || (c.size - size) * 4 < c.size) << size;
        ASSERT_EQ(c.size % small_step, 0u);
    }
    for (auto& c : size_classes) {
        EXPECT_GE(c.capacity, 8u);
        EXPECT_LE(c.pages, 32u);
        EXPECT_LE(size_t(c.size) * c.capacity, c.pages * page_size);
        EXPECT_LE((c.pages * page_size - size_t(c.size) * c.capacity) * 8, c.pages * page_size);
    }
}

class shard_heap_test : public testing::Test {
protected:
    static constexpr size_t range = size_t(64) << 20;

    shard_heap_test() {
        void* mapped = ::mmap(nullptr, 2 * range, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                              -1, 0);
        EXPECT_NE(mapped, MAP_FAILED);
        _mapped = mapped;
        auto begin = (reinterpret_cast<uintptr_t>(mapped) + range - 1) & ~(range - 1);
        heap = ::new (reinterpret_cast<void*>(begin)) shard_heap(range, 0);
        limit(32 << 20);
    }
    ~shard_heap_test() override { ::munmap(_mapped, 2 * range); }

    void limit(size_t bytes) { heap->set_limit(shard_heap::layout_for(range, bytes)); }

    shard_heap* heap;

private:
    void* _mapped;
};

struct block {
    unsigned char* p;
    size_t size;
    unsigned char mark;

    void fill() const { std::memset(p, mark, size); }
    bool whole(size_t bytes) const {
        return std::all_of(p, p + bytes, [this](unsigned char c) { return c == mark; });
    }
};

TEST_F(shard_heap_test, blocks_keep_their_bytes_whatever_the_order) {
    std::mt19937 dice(testing::UnitTest::GetInstance()->random_seed());
    std::vector<block> blocks;
    unsigned char mark = 0;
    auto draw_size = [&]() -> size_t {
        switch (dice() % 8) {
        case 0:
            return dice() % 200'000;
        case 1:
            return dice() % 20'000;
        default:
            return dice() % 600;
        }
    };
    for (int i = 0; i < 60'000; ++i) {
        auto at = blocks.empty() ? 0 : dice() % blocks.size();
        auto size = draw_size();
        switch (blocks.size() < 300 ? dice() % 2 : 2 + dice() % 3) {
        case 0:
        case 3: {
            auto alignment = size_t(1) << dice() % 15;
            auto* p = static_cast<unsigned char*>(dice() % 2 ? heap->allocate(size)
                                                             : heap->allocate_aligned(alignment = 8, size));
            if (dice() % 4 == 0 && p) {
                heap->free(p);
                p = static_cast<unsigned char*>(heap->allocate_aligned(alignment = size_t(1) << dice() % 15, size));
                ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % alignment, 0u);
            }
            if (p) {
                ASSERT_TRUE(heap->contains(p));
                ASSERT_GE(heap->usable_size(p), size);
                blocks.push_back({p, size, ++mark});
                blocks.back().fill();
            }
            break;
        }
        case 1: {
            auto* p = static_cast<unsigned char*>(heap->allocate_zeroed(size));
            if (p) {
                blocks.push_back({p, size, 0});
                ASSERT_TRUE(blocks.back().whole(size));
                blocks.back().mark = ++mark;
                blocks.back().fill();
            }
            break;
        }
        case 2: {
            auto& b = blocks[at];
            auto old = b.size;
            if (heap->resize(b.p, size)) {
                ASSERT_TRUE(b.whole(std::min(old, size)));
                ASSERT_GE(heap->usable_size(b.p), size);
                b.size = size;
                b.fill();
            }
            break;
        }
        default:
            ASSERT_TRUE(blocks[at].whole(blocks[at].size));
            heap->free(blocks[at].p);
            blocks[at] = blocks.back();
            blocks.pop_back();
        }
    }
    for (auto& b : blocks) {
        ASSERT_TRUE(b.whole(b.size));
        heap->free(b.p);
    }
    // What is left is one span of each class that was in use.
    size_t kept = 0;
    for (auto& c : size_classes) {
        kept += c.pages * page_size;
    }
    EXPECT_LE(heap->used_bytes(), kept);
    EXPECT_EQ(heap->counters().mallocs - heap->counters().failed, heap->counters().frees);
}

TEST_F(shard_heap_test, gives_no_more_than_its_limit) {
    std::vector<void*> all;
    while (void* p = heap->allocate(size_t(1) << 20)) {
        all.push_back(p);
    }
    EXPECT_EQ(all.size(), 31u); // of 32 MiB, 1/129 is the table
    EXPECT_EQ(heap->counters().failed, 1u);
    for (void* p : all) {
        heap->free(p);
    }
    EXPECT_EQ(heap->used_bytes(), 0u);
    size_t small = 0;
    while (void* p = heap->allocate(100)) {
        all.push_back(p);
        small += 112;
    }
    EXPECT_GT(small, heap->limit() * 9 / 10);
    EXPECT_LE(heap->used_bytes(), heap->limit());
    EXPECT_EQ(heap->allocate(size_t(1) << 62), nullptr);
    EXPECT_EQ(heap->allocate(SIZE_MAX), nullptr);
    EXPECT_EQ(heap->allocate_aligned(size_t(1) << 62, 1), nullptr);
    EXPECT_EQ(heap->allocate_aligned(4096, SIZE_MAX - 4000), nullptr);
}

TEST_F(shard_heap_test, another_limit_holds_for_what_follows) {
    void* p = heap->allocate(10 << 20);
    limit(5 << 20);
    EXPECT_EQ(heap->allocate(1 << 20), nullptr);
    heap->free(p);
    EXPECT_NE(heap->allocate(4 << 20), nullptr);
    EXPECT_EQ(heap->allocate(4 << 20), nullptr);
    limit(range); // as much as it has addresses for
    EXPECT_NE(heap->allocate(50 << 20), nullptr);
}

TEST_F(shard_heap_test, one_block_that_comes_and_goes_makes_no_span_each_time) {
    heap->free(heap->allocate(5000));
    auto used = heap->used_bytes();
    EXPECT_GT(used, 0u);
    for (int i = 0; i < 10; ++i) {
        void* p = heap->allocate(5000);
        EXPECT_EQ(heap->used_bytes(), used);
        heap->free(p);
    }
    EXPECT_EQ(heap->used_bytes(), used);
}

TEST_F(shard_heap_test, what_other_threads_give_back_is_there_again) {
    constexpr size_t count = 20'000;
    std::vector<void*> blocks(count);
    for (size_t i = 0; i < count; ++i) {
        blocks[i] = heap->allocate(100 + i % 50'000);
        if (!blocks[i]) {
            blocks.resize(i);
            break;
        }
    }
    std::vector<std::thread> threads;
    for (size_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (size_t i = t; i < blocks.size(); i += 4) {
                heap->free_from_elsewhere(blocks[i]);
            }
        });
    }
    // The owner goes on meanwhile.
    for (int i = 0; i < 10'000; ++i) {
        if (void* p = heap->allocate(200)) {
            heap->free(p);
        }
    }
    for (auto& t : threads) {
        t.join();
    }
    heap->drain();
    EXPECT_FALSE(heap->others_gave_back());
    EXPECT_EQ(heap->counters().cross_cpu_frees, blocks.size());
    EXPECT_NE(heap->allocate(20 << 20), nullptr);
}

TEST_F(shard_heap_test, trimming_gives_the_system_what_is_free_and_nothing_else) {
    auto resident = [](void* p, size_t bytes) {
        std::vector<unsigned char> pages(bytes / page_size);
        EXPECT_EQ(::mincore(p, bytes, pages.data()), 0);
        return std::ranges::count_if(pages, [](unsigned char c) { return c & 1; });
    };
    constexpr size_t size = size_t(4) << 20;
    void* kept = heap->allocate(size);
    void* freed = heap->allocate(size);
    void* last = heap->allocate(size);
    for (void* p : {kept, freed, last}) {
        std::memset(p, 1, size);
    }
    heap->free(freed);
    heap->free(last);
    EXPECT_EQ(resident(freed, size), long(size / page_size));
    heap->trim();
    EXPECT_EQ(resident(kept, size), long(size / page_size));
    EXPECT_EQ(resident(freed, size), 0);
    EXPECT_EQ(resident(last, size), 0);
    auto* again = static_cast<unsigned char*>(heap->allocate_zeroed(2 * size));
    EXPECT_EQ(again, freed);
    EXPECT_EQ(again[0] + again[2 * size - 1], 0);
    EXPECT_EQ(static_cast<unsigned char*>(kept)[size - 1], 1);
}

}
}
