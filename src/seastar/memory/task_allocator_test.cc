#include <seastar/core/internal/shard_memory.hh>
#include <seastar/core/internal/task_allocator.hh>
#include <seastar/core/memory.hh>

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <thread>
#include <vector>

namespace memory = seastar::memory;

namespace {

bool has_free_lists() {
    auto before = memory::task_allocation_counters();
    memory::free_task(memory::allocate_task(64), 64);
    auto after = memory::task_allocation_counters();
    return before.hits + before.misses != after.hits + after.misses;
}

TEST(task_allocator, blocks_are_distinct_and_hold_their_size) {
    std::vector<std::pair<char*, size_t>> blocks;
    std::set<char*> distinct;
    for (size_t size : {0, 1, 63, 64, 65, 500, 1023, 1024, 1025, 100000}) {
        for (int i = 0; i < 3; ++i) {
            auto* p = static_cast<char*>(memory::allocate_task(size));
            EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 16, 0u);
            std::memset(p, int(blocks.size()), size);
            distinct.insert(p);
            blocks.emplace_back(p, size);
        }
    }
    EXPECT_EQ(distinct.size(), blocks.size());
    for (size_t i = 0; i < blocks.size(); ++i) {
        for (size_t k = 0; k < blocks[i].second; ++k) {
            ASSERT_EQ(static_cast<unsigned char>(blocks[i].first[k]), i);
        }
        memory::free_task(blocks[i].first, blocks[i].second);
    }
    memory::free_task(nullptr, 5);
}

TEST(task_allocator, a_freed_block_is_the_next_of_its_class) {
    if (!has_free_lists()) {
        GTEST_SKIP() << "a sanitizer does the allocating";
    }
    void* p = memory::allocate_task(100);
    memory::free_task(p, 100);
    auto before = memory::task_allocation_counters();
    EXPECT_EQ(memory::allocate_task(128), p);
    EXPECT_EQ(memory::task_allocation_counters().hits, before.hits + 1);
    void* other = memory::allocate_task(129);
    EXPECT_NE(other, p);
    memory::free_task(other, 129);
    memory::free_task(p, 128);
}

TEST(task_allocator, a_full_list_spills) {
    if (!has_free_lists()) {
        GTEST_SKIP() << "a sanitizer does the allocating";
    }
    std::vector<void*> blocks;
    for (int i = 0; i < 3000; ++i) {
        blocks.push_back(memory::allocate_task(200));
    }
    auto before = memory::task_allocation_counters();
    for (void* p : blocks) {
        memory::free_task(p, 200);
    }
    auto spills = memory::task_allocation_counters().spills - before.spills;
    EXPECT_GE(spills, 3000u - 1024u);
    EXPECT_LE(spills, 3000u);
}

// What the threads leave behind is found by LeakSanitizer and valgrind.
TEST(task_allocator, blocks_may_be_freed_on_another_thread_and_after_the_lists_are_gone) {
    struct late {
        void* p = nullptr;
        ~late() { memory::free_task(p, 64); }
    };
    std::vector<void*> blocks;
    std::thread([&blocks] {
        static thread_local late freed_last; // constructed before the lists, so destroyed after them
        freed_last.p = memory::allocate_task(64);
        for (int i = 0; i < 100; ++i) {
            blocks.push_back(memory::allocate_task(64));
        }
        memory::free_task(memory::allocate_task(64), 64);
    }).join();
    std::thread([&blocks] {
        for (void* p : blocks) {
            memory::free_task(p, 64);
        }
    }).join();
    SUCCEED();
}

TEST(task_allocator, tasks_have_a_reserve_when_there_is_no_memory) {
    if (!has_free_lists() || !memory::shard_heaps) {
        GTEST_SKIP() << "another allocator does the allocating";
    }
    std::thread([] {
        ASSERT_TRUE(seastar::internal::take_shard_heap(0, size_t(16) << 20));
        memory::fill_task_reserve();
        std::vector<void*> all;
        all.reserve(100'000);
        std::vector<void*> tasks;
        tasks.reserve(1000);
        while (void* p = ::operator new(4096, std::nothrow)) {
            all.push_back(p);
        }
        while (void* p = ::operator new(1000, std::nothrow)) {
            all.push_back(p);
        }
        try {
            while (tasks.size() < 1000) {
                tasks.push_back(memory::allocate_task(700));
            }
        } catch (const std::bad_alloc&) {
        }
        EXPECT_GE(tasks.size(), 64u);
        EXPECT_LT(tasks.size(), 200u);
        EXPECT_THROW((void)memory::allocate_task(2000), std::bad_alloc);
        for (void* p : tasks) {
            memory::free_task(p, 700);
        }
        for (void* p : all) {
            ::operator delete(p);
        }
        // It is there again when there is memory.
        memory::fill_task_reserve();
        seastar::internal::leave_shard_heap();
    }).join();
}

}
