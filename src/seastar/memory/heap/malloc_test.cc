/// malloc() and its relatives, as threads with a heap of their own and without have them. The operators are tested in
/// app/memory_test.cc.
#include <seastar/core/internal/shard_memory.hh>
#include <seastar/core/memory.hh>
#include <seastar/util/alloc_failure_injector.hh>
#include <seastar/util/critical_alloc_section.hh>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <malloc.h>
#include <new>
#include <thread>
#include <vector>

namespace seastar::memory {
namespace {

constexpr size_t heap_size = size_t(64) << 20;
void* volatile sink; // what was stored here, a compiler knows nothing of, and may not leave out

void* allocate(size_t bytes) {
    sink = std::malloc(bytes);
    return sink;
}

/// In a thread that is a shard as far as memory goes.
template <typename Func>
void with_heap(Func func, unsigned shard = 0) {
    std::thread([&] {
        ASSERT_TRUE(seastar::internal::take_shard_heap(shard, heap_size));
        drain_cross_cpu_freelist(); // of what earlier tests left
        func();
        seastar::internal::leave_shard_heap();
    }).join();
}

class malloc_test : public testing::Test {
protected:
    void SetUp() override {
        if (!shard_heaps) {
            GTEST_SKIP() << "built with the system's allocator";
        }
    }
};

bool is_shards(const void* p) {
    auto here = get_memory_layout();
    return reinterpret_cast<uintptr_t>(p) - here.start < here.end - here.start;
}

TEST_F(malloc_test, a_shard_allocates_from_its_heap_and_others_do_not) {
    void* of_libc = allocate(100);
    EXPECT_FALSE(is_shards(of_libc));
    with_heap([&] {
        auto before = stats();
        EXPECT_NEAR(double(before.total_memory()), heap_size, heap_size / 100);
        void* p = allocate(100);
        sink = p;
        EXPECT_TRUE(is_shards(p));
        EXPECT_EQ(::malloc_usable_size(p), 112u);
        EXPECT_GE(::malloc_usable_size(of_libc), 100u);
        auto after = stats();
        EXPECT_EQ(after.mallocs(), before.mallocs() + 1);
        EXPECT_EQ(after.total_bytes_allocated(), before.total_bytes_allocated() + 100);
        EXPECT_EQ(after.live_objects(), before.live_objects() + 1);
        std::free(p);
        EXPECT_EQ(stats().live_objects(), before.live_objects());
        std::free(of_libc);
        EXPECT_EQ(stats().foreign_frees(), before.foreign_frees() + 1);
    });
}

TEST_F(malloc_test, alignment_and_errors_are_as_the_standards_have_them) {
    auto check = [] {
        for (size_t size : {0, 1, 8, 100, 5000, 100'000, 3'000'000}) {
            for (size_t alignment = sizeof(void*); alignment <= 1 << 20; alignment *= 2) {
                void* p = nullptr;
                ASSERT_EQ(::posix_memalign(&p, alignment, size), 0);
                ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % alignment, 0u);
                ASSERT_GE(::malloc_usable_size(p), size);
                std::memset(p, 1, size);
                void* q = std::aligned_alloc(alignment, size);
                ASSERT_EQ(reinterpret_cast<uintptr_t>(q) % alignment, 0u);
                std::free(p);
                std::free(q);
                q = ::memalign(alignment, size);
                ASSERT_EQ(reinterpret_cast<uintptr_t>(q) % alignment, 0u);
                std::free(q);
            }
            void* p = allocate(size);
            ASSERT_NE(p, nullptr);
            ASSERT_EQ(reinterpret_cast<uintptr_t>(p) % 16, 0u);
            std::free(p);
        }
        volatile size_t much = SIZE_MAX / 2;
        void* p = &p;
        errno = 0;
        EXPECT_EQ(::posix_memalign(&p, 24, 100), EINVAL);
        EXPECT_EQ(::posix_memalign(&p, 4, 100), EINVAL);
        volatile size_t odd = SIZE_MAX;
        EXPECT_EQ(::memalign(odd, 100), nullptr);
        EXPECT_EQ(::posix_memalign(&p, 4096, much), ENOMEM);
        EXPECT_EQ(p, &p);
        EXPECT_EQ(allocate(much), nullptr);
        EXPECT_EQ(errno, ENOMEM);
        errno = 0;
        EXPECT_EQ(std::calloc(much, 3), nullptr);
        EXPECT_EQ(errno, ENOMEM);
        EXPECT_EQ(std::calloc(much, 2), nullptr);
        std::free(nullptr);
        EXPECT_EQ(::malloc_usable_size(nullptr), 0u);
        ::malloc_trim(0);
    };
    check();
    with_heap(check);
}

TEST_F(malloc_test, realloc_keeps_the_bytes_wherever_they_are) {
    auto grow_and_shrink = [](char* p, size_t old) {
        for (size_t size : {10, 200, 210, 4000, 30'000, 40'000, 2'000'000, 1'000'000, 500, 1}) {
            p = static_cast<char*>(std::realloc(p, size));
            ASSERT_NE(p, nullptr);
            for (size_t i = 0; i < std::min(size, old); ++i) {
                ASSERT_EQ(p[i], 'x');
            }
            std::memset(p, 'x', size);
            old = size;
        }
        sink = std::realloc(p, 0);
        ASSERT_EQ(sink, nullptr);
    };
    auto filled = [] {
        auto* p = static_cast<char*>(allocate(1000));
        std::memset(p, 'x', 1000);
        return p;
    };
    char* of_libc = filled();
    char* of_heap = nullptr;
    with_heap([&] {
        grow_and_shrink(nullptr, 0);
        grow_and_shrink(of_libc, 1000);
        grow_and_shrink(filled(), 1000);
        of_heap = filled();
        // It cannot grow beyond the heap, and is as it was.
        auto* p = filled();
        EXPECT_EQ(std::realloc(p, 2 * heap_size), nullptr);
        EXPECT_EQ(p[999], 'x');
        std::free(p);
    });
    with_heap([&] { grow_and_shrink(of_heap, 1000); }, 1); // another heap's
    with_heap([&] { of_heap = filled(); });
    grow_and_shrink(of_heap, 1000); // of none
}

TEST_F(malloc_test, calloc_clears_what_was_used_before) {
    with_heap([] {
        for (size_t size : {1, 100, 5000, 20'000, 1'000'000}) {
            for (int round = 0; round < 3; ++round) {
                auto* p = static_cast<char*>(std::calloc(size, 1));
                ASSERT_NE(p, nullptr);
                for (size_t i = 0; i < size; ++i) {
                    ASSERT_EQ(p[i], 0);
                }
                std::memset(p, 1, size);
                std::free(p);
            }
        }
    });
}

TEST_F(malloc_test, a_heap_outlives_its_thread_with_what_is_left_in_it) {
    std::vector<char*> left;
    size_t used = 0;
    with_heap([&] {
        for (int i = 0; i < 100; ++i) {
            left.push_back(::strdup("left behind"));
            EXPECT_TRUE(is_shards(left.back()));
        }
        used = stats().allocated_memory();
    });
    with_heap([&] {
        EXPECT_GE(stats().allocated_memory(), used);
        for (auto* p : left) {
            EXPECT_STREQ(p, "left behind");
            std::free(p);
        }
    });
}

TEST_F(malloc_test, two_threads_never_have_one_heap) {
    with_heap([] {
        auto here = get_memory_layout();
        with_heap([&] { EXPECT_NE(get_memory_layout().start, here.start); });
        EXPECT_EQ(get_memory_layout().start, here.start);
    });
    EXPECT_EQ(get_memory_layout().end, 0u);
}

TEST_F(malloc_test, blocks_that_others_free_come_back) {
    with_heap([] {
        auto fill = [] {
            std::vector<void*> blocks;
            while (void* p = allocate(size_t(1) << 20)) {
                blocks.push_back(p);
            }
            return blocks;
        };
        auto all = fill();
        EXPECT_GE(all.size(), 60u);
        for (int round = 0; round < 3; ++round) {
            auto before = stats().cross_cpu_frees();
            std::thread([&] {
                for (void* p : all) {
                    std::free(p);
                }
            }).join();
            auto again = fill(); // and takes them back on the way
            EXPECT_GE(again.size() + 1, all.size());
            EXPECT_GE(stats().cross_cpu_frees(), before + all.size());
            all = std::move(again);
        }
        for (void* p : all) {
            std::free(p);
        }
        EXPECT_FALSE(drain_cross_cpu_freelist());
    });
}

TEST_F(malloc_test, reclaimers_make_room_for_what_would_fail) {
    with_heap([] {
        std::vector<void*> cache;
        while (void* p = allocate(size_t(1) << 20)) {
            cache.push_back(p);
        }
        auto failures = stats().failed_allocations();
        size_t asked = 0;
        int calls_of_async = 0;
        {
            reclaimer frees_one(
                [&](reclaimer::request r) {
                    asked = r.bytes_to_reclaim;
                    if (cache.empty()) {
                        return reclaiming_result::reclaimed_nothing;
                    }
                    std::free(cache.back());
                    cache.pop_back();
                    return reclaiming_result::reclaimed_something;
                },
                reclaimer_scope::sync);
            reclaimer waits_for_the_loop([&] {
                ++calls_of_async;
                return reclaiming_result::reclaimed_nothing;
            });
            reclaimer has_nothing([] { return reclaiming_result::reclaimed_nothing; }, reclaimer_scope::sync);
            auto had = cache.size();
            void* p = allocate(size_t(8) << 20);
            EXPECT_NE(p, nullptr);
            EXPECT_EQ(asked, size_t(8) << 20);
            EXPECT_FALSE(cache.empty()); // where the free pieces lie decides how many it takes
            EXPECT_LT(cache.size(), had);
            EXPECT_EQ(allocate(2 * heap_size), nullptr); // and the cache is empty now
            EXPECT_TRUE(cache.empty());
            std::free(p);
            EXPECT_GE(stats().reclaims(), 16u);
        }
        EXPECT_EQ(calls_of_async, 0);
        EXPECT_GT(stats().failed_allocations(), failures);
    });
}

TEST_F(malloc_test, the_hook_is_asked_once_when_little_is_left) {
    with_heap([] {
        noncopyable_function<void()> task;
        int asked = 0;
        set_reclaim_hook([&](noncopyable_function<void()> reclaim) {
            ++asked;
            task = std::move(reclaim);
        });
        std::vector<void*> cache;
        auto fill_up = [&] {
            while (free_memory() > min_free_memory() / 2) {
                cache.push_back(allocate(100'000));
            }
        };
        fill_up();
        EXPECT_EQ(asked, 0); // nobody could do something
        reclaimer r([&] {
            if (cache.empty()) {
                return reclaiming_result::reclaimed_nothing;
            }
            std::free(cache.back());
            cache.pop_back();
            return reclaiming_result::reclaimed_something;
        });
        fill_up();
        std::free(allocate(100'000));
        std::free(allocate(100'000));
        EXPECT_EQ(asked, 1);
        task();
        EXPECT_GE(free_memory(), min_free_memory());
        EXPECT_FALSE(cache.empty()); // enough is enough
        fill_up();
        EXPECT_EQ(asked, 2);
        for (void* p : cache) {
            std::free(p);
        }
        cache.clear();
        set_reclaim_hook(nullptr);
    });
}

// ---- failures on purpose

TEST_F(malloc_test, each_allocation_of_a_function_fails_once) {
    with_heap([] {
        int calls = 0;
        int finished = 0;
        with_allocation_failures([&] {
            ++calls;
            void* p = allocate(100);
            sink = std::calloc(10, 10);
            void* q = sink;
            void* r = nullptr;
            (void)::posix_memalign(&r, 64, 100);
            {
                scoped_critical_alloc_section never_fails;
                std::free(allocate(100));
            }
            finished += p && q && r;
            std::free(p);
            std::free(q);
            std::free(r);
        });
        EXPECT_EQ(calls, 4);
        EXPECT_EQ(finished, 1);
        EXPECT_FALSE(local_failure_injector().failed());
    });
}

TEST_F(malloc_test, what_comes_out_of_a_failing_function_is_bad_alloc_or_is_passed_on) {
    with_heap([] {
        int calls = 0;
        with_allocation_failures([&] {
            ++calls;
            std::vector<int> v(10);
            sink = v.data();
            if (!allocate(10)) {
                throw std::bad_alloc();
            }
            std::free(sink);
        });
        EXPECT_EQ(calls, 3);
        EXPECT_THROW(with_allocation_failures([] { throw 5; }), int);
        EXPECT_NE(allocate(10), nullptr); // nothing is left behind
        std::free(sink);
    });
}

TEST_F(malloc_test, a_callback_may_stand_in_for_a_failure) {
    with_heap([] {
        auto& injector = local_failure_injector();
        int called = 0;
        injector.run_with_callback([&] { ++called; }, [&] {
            auto seen = injector.alloc_count();
            injector.fail_after(2);
            for (int i = 0; i < 5; ++i) {
                void* p = allocate(10);
                EXPECT_NE(p, nullptr);
                std::free(p);
            }
            EXPECT_EQ(injector.alloc_count(), seen + 3);
        });
        EXPECT_EQ(called, 1);
        EXPECT_TRUE(injector.failed());
    });
}

}
}
