/// Memory as a program's shards have it: operators, limits by option, reclaimers as tasks.
#include "app/app_fixture.hh"

#include <seastar/core/memory.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/smp.hh>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

namespace seastar::app {
namespace {

using namespace std::chrono_literals;

class shard_memory : public testing::Test {
protected:
    void SetUp() override {
        if (!memory::shard_heaps) {
            GTEST_SKIP() << "built with the system's allocator";
        }
    }
};

void* volatile sink; // what was stored here, a compiler knows nothing of, and may not leave out

void* allocate(size_t bytes) {
    sink = std::malloc(bytes);
    return sink;
}

/// How many pieces of a MiB the calling shard can have.
size_t pieces() {
    std::vector<void*> all;
    while (void* p = allocate(size_t(1) << 20)) {
        all.push_back(p);
    }
    for (void* p : all) {
        std::free(p);
    }
    return all.size();
}

TEST_F(shard_memory, is_an_equal_part_of_what_the_program_may_use) {
    EXPECT_EQ(run({"-c2", "--overprovisioned", "-m500M", "--logger-log-level", "seastar_memory=error"}, [] {
        return smp::invoke_on_all([] {
            auto n = pieces();
            EXPECT_LE(n, 250u);
            EXPECT_GE(n, 240u);
            EXPECT_NEAR(double(memory::stats().total_memory()), 250 << 20, 3 << 20);
        });
    }), 0);
    // The same heaps, with another limit.
    EXPECT_EQ(run({"-c1", "-m100M", "--logger-log-level", "seastar_memory=error"}, [] {
        auto n = pieces();
        EXPECT_LE(n, 100u);
        EXPECT_GE(n, 90u);
    }), 0);
}

struct alignas(512) wide {
    char bytes[512];
};

bool is_shards(const void* p) {
    auto here = memory::get_memory_layout();
    return reinterpret_cast<uintptr_t>(p) - here.start < here.end - here.start;
}

TEST_F(shard_memory, operators_take_from_it_and_throw_when_it_is_full) {
    EXPECT_EQ(run({"-c1", "-m100M", "--logger-log-level", "seastar_memory=error"}, [] {
        auto before = memory::stats().live_objects();
        auto use = [](auto* p) {
            EXPECT_TRUE(is_shards(p));
            sink = p;
            return p;
        };
        delete use(new int(1));
        delete[] use(new int[100'000]);
        auto* w = use(new wide);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(w) % 512, 0u);
        delete w;
        delete[] use(new wide[3]);
        delete use(new (std::nothrow) wide);
        ::operator delete(use(static_cast<char*>(::operator new(0))));
        ::operator delete(use(static_cast<char*>(::operator new(100))), size_t(100));
        ::operator delete(use(static_cast<char*>(::operator new(100, std::align_val_t(64)))), std::align_val_t(64));
        EXPECT_EQ(memory::stats().live_objects(), before);

        volatile size_t much = size_t(200) << 20;
        EXPECT_THROW(sink = new char[much], std::bad_alloc);
        EXPECT_THROW(sink = ::operator new(much, std::align_val_t(4096)), std::bad_alloc);
        EXPECT_EQ(new (std::nothrow) char[much], nullptr);
        static void* reserve;
        reserve = ::operator new(size_t(60) << 20);
        static int called;
        called = 0;
        std::set_new_handler([] {
            ++called;
            ::operator delete(std::exchange(reserve, nullptr));
            std::set_new_handler(nullptr);
        });
        void* p = ::operator new(size_t(70) << 20);
        EXPECT_EQ(called, 1);
        ::operator delete(p);
    }), 0);
}

TEST_F(shard_memory, a_failed_allocation_fails_a_future_and_the_program_goes_on) {
    EXPECT_EQ(run({"-c1", "-m100M", "--logger-log-level", "seastar_memory=error"}, [] {
        return futurize_invoke([] {
            std::vector<char> much(size_t(200) << 20);
            sink = much.data();
        }).then_wrapped([](future<> f) {
            EXPECT_THROW(f.get(), std::bad_alloc);
            return sleep(1ms);
        });
    }), 0);
}

TEST_F(shard_memory, reclaimers_run_as_tasks_before_it_is_full) {
    EXPECT_EQ(run({"-c1", "-m100M"}, [] {
        struct cache {
            std::vector<void*> blocks;
            memory::reclaimer reclaimer;
            cache() : reclaimer([this] {
                if (blocks.empty()) {
                    return memory::reclaiming_result::reclaimed_nothing;
                }
                std::free(blocks.back());
                blocks.pop_back();
                return memory::reclaiming_result::reclaimed_something;
            }) {}
            ~cache() {
                for (void* p : blocks) {
                    std::free(p);
                }
            }
        };
        // More than there is passes through, and nothing ever fails.
        auto failures = memory::stats().failed_allocations();
        return do_with(std::make_unique<cache>(), 0, [](std::unique_ptr<cache>& c, int& i) {
            return do_until([&i] { return i == 300; }, [&c, &i] {
                ++i;
                void* p = allocate(size_t(1) << 20);
                EXPECT_NE(p, nullptr);
                c->blocks.push_back(p);
                return yield();
            });
        }).then([failures] { EXPECT_EQ(memory::stats().failed_allocations(), failures); });
    }), 0);
}

TEST_F(shard_memory, a_program_may_be_ended_by_a_failed_allocation) {
    auto ended = in_child([] {
        return run({"-c1", "-m100M", "--abort-on-seastar-bad-alloc"}, [] {
            {
                memory::disable_abort_on_alloc_failure_temporarily expected;
                allocate(size_t(200) << 20);
            }
            allocate(size_t(201) << 20);
        });
    });
    EXPECT_EQ(ended.status, -SIGABRT);
    EXPECT_NE(ended.err.find("cannot allocate 210763776 bytes"), std::string::npos) << ended.err;
}

TEST_F(shard_memory, warns_of_large_allocations_but_does_not_flood_the_log) {
    auto ended = in_child([] {
        return run({"-c1", "-m100M"}, [] {
            memory::set_large_allocation_warning_threshold(100'000);
            for (int i = 0; i < 10; ++i) {
                std::free(allocate(99'999));
                std::free(allocate(100'000));
            }
            EXPECT_EQ(memory::get_large_allocation_warning_threshold(), 125'000u);
            memory::scoped_large_allocation_warning_disable quiet;
            std::free(allocate(1'000'000));
        });
    });
    EXPECT_EQ(ended.status, 0);
    auto first = ended.err.find("oversized allocation: 100000 bytes");
    EXPECT_NE(first, std::string::npos) << ended.err;
    EXPECT_EQ(ended.err.find("oversized allocation", first + 1), std::string::npos) << ended.err;
}

TEST_F(shard_memory, blocks_that_another_shard_frees_are_back_when_the_loop_was_idle) {
    EXPECT_EQ(run({"-c2", "--overprovisioned", "-m200M"}, [] {
        auto* block = new std::vector<char>(size_t(50) << 20);
        auto used = memory::stats().allocated_memory();
        return smp::submit_to(1, [block] { delete block; }).then([] { return sleep(1ms); }).then([used] {
            EXPECT_LE(memory::stats().allocated_memory(), used - (size_t(50) << 20));
        });
    }), 0);
}

}
}
