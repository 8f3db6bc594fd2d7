#include <seastar/core/thread.hh>

#include "base/sanitizer.hh"
#include "future/stack_switch.hh"
#include "future/test_loop.hh"
#include "future/thread_stacks.hh"

#include <seastar/core/sleep.hh>
#include <seastar/util/defer.hh>
#include <seastar/util/later.hh>

#include <cfenv>
#include <stdexcept>
#include <string>
#include <vector>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

class thread_test : public seastar::testing::loop_fixture {};

TEST_F(thread_test, get_waits_in_a_thread) {
    promise<int> p;
    int seen = 0;
    auto f = async([&] { seen = p.get_future().get(); });
    settle();
    EXPECT_FALSE(f.available());
    p.set_value(7);
    run(std::move(f));
    EXPECT_EQ(seen, 7);
}

TEST_F(thread_test, async_gives_the_value_the_exception_or_the_future_of_its_function) {
    EXPECT_EQ(run(async([](int a, int b) { return a + b; }, 2, 3)), 5);
    EXPECT_EQ(run(async([](std::unique_ptr<int> p) {
                  yield().get();
                  return *p;
              }, std::make_unique<int>(4))), 4);
    EXPECT_THROW(run(async([]() -> int {
                     yield().get();
                     throw std::runtime_error("x");
                 })),
                 std::runtime_error);
    EXPECT_EQ(run(async([] { return yield().then([] { return std::string("later"); }); })), "later");
}

TEST_F(thread_test, wait_does_not_throw_and_leaves_the_result) {
    run(async([] {
        auto f = yield().then([]() -> int { throw std::runtime_error("x"); });
        f.wait();
        EXPECT_TRUE(f.failed());
        EXPECT_THROW(f.get(), std::runtime_error);
    }));
}

TEST_F(thread_test, a_ready_future_does_not_leave_the_thread) {
    bool others = false;
    run(async([&] {
        auto f = yield().then([&] { others = true; });
        EXPECT_EQ(make_ready_future<int>(1).get(), 1);
        EXPECT_FALSE(others);
        f.get();
        EXPECT_TRUE(others);
    }));
}

TEST_F(thread_test, join_resolves_when_the_function_has_returned) {
    promise<> p;
    bool ended = false;
    seastar::thread t([&] {
        p.get_future().get();
        ended = true;
    });
    EXPECT_TRUE(t.joinable());
    auto joined = t.join();
    settle();
    EXPECT_FALSE(joined.available());
    p.set_value();
    run(std::move(joined));
    EXPECT_TRUE(ended);
}

TEST_F(thread_test, join_fails_with_what_the_function_threw) {
    seastar::thread t([] { throw std::runtime_error("x"); });
    EXPECT_THROW(run(t.join()), std::runtime_error);
}

TEST_F(thread_test, running_in_thread_is_true_in_threads_only) {
    EXPECT_FALSE(seastar::thread::running_in_thread());
    run(async([] {
        EXPECT_TRUE(seastar::thread::running_in_thread());
        auto inside = yield().then([] { return seastar::thread::running_in_thread(); });
        EXPECT_FALSE(inside.get());
        EXPECT_TRUE(seastar::thread::running_in_thread());
    }));
    EXPECT_FALSE(seastar::thread::running_in_thread());
}

TEST_F(thread_test, threads_take_turns_when_they_yield) {
    std::string turns;
    auto fiber = [&](char c) {
        return async([&turns, c] {
            for (int i = 0; i < 50; ++i) {
                turns += c;
                seastar::thread::yield();
            }
        });
    };
    auto a = fiber('a');
    run(fiber('b'));
    run(std::move(a));
    EXPECT_EQ(turns.size(), 100u);
    EXPECT_LT(turns.find('b'), turns.rfind('a'));
    EXPECT_LT(turns.find('a'), turns.rfind('b'));
}

TEST_F(thread_test, a_thread_starts_threads_that_outlive_the_start) {
    run(async([] {
        std::vector<int> order;
        auto inner = async([&] {
            order.push_back(1);
            yield().get();
            order.push_back(3);
            async([&] {
                order.push_back(4);
                yield().get();
                order.push_back(5);
            }).get();
        });
        EXPECT_TRUE(seastar::thread::running_in_thread());
        order.push_back(2);
        inner.get();
        EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
    }));
}

// Each of two threads handles its own exception while the other one throws, handles and ends.
TEST_F(thread_test, exceptions_belong_to_the_thread_that_handles_them) {
    auto fiber = [](int id, int rounds) {
        return async([id, rounds] {
            for (int i = 0; i < rounds; ++i) {
                try {
                    throw std::runtime_error(std::to_string(id));
                } catch (const std::runtime_error& e) {
                    seastar::thread::yield();
                    EXPECT_EQ(std::string(e.what()), std::to_string(id));
                    try {
                        std::rethrow_exception(std::current_exception());
                    } catch (const std::runtime_error& again) {
                        seastar::thread::yield();
                        EXPECT_EQ(std::string(again.what()), std::to_string(id));
                    }
                    EXPECT_EQ(std::uncaught_exceptions(), 0);
                }
            }
        });
    };
    std::vector<future<>> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(fiber(i, 3 + i));
    }
    for (auto& f : all) {
        run(std::move(f));
    }
}

TEST_F(thread_test, a_thread_may_wait_while_the_stack_is_unwound) {
    bool waited = false;
    auto f = async([&] {
        auto last = defer([&]() noexcept {
            EXPECT_EQ(std::uncaught_exceptions(), 1);
            yield().get();
            EXPECT_EQ(std::uncaught_exceptions(), 1);
            waited = true;
        });
        throw std::runtime_error("x");
    });
    // Others see none of it.
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_EQ(std::current_exception(), nullptr);
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
    EXPECT_TRUE(waited);
}

TEST_F(thread_test, the_rounding_mode_belongs_to_the_thread) {
    run(async([] {
        std::fesetround(FE_UPWARD);
        yield().then([] { EXPECT_EQ(std::fegetround(), FE_TONEAREST); }).get();
        EXPECT_EQ(std::fegetround(), FE_UPWARD);
        std::fesetround(FE_TONEAREST);
    }));
}

[[gnu::noinline]] int use_stack(int value, size_t size) {
    volatile char space[64 * 1024];
    for (size_t i = 0; i < size; i += 512) {
        space[i] = static_cast<char>(static_cast<size_t>(value) + i);
    }
    yield().get();
    for (size_t i = 0; i < size; i += 512) {
        if (space[i] != static_cast<char>(static_cast<size_t>(value) + i)) {
            return -1;
        }
    }
    return value;
}

TEST_F(thread_test, many_threads_use_half_of_their_stacks_at_once) {
    std::vector<future<int>> all;
    for (int i = 0; i < 200; ++i) {
        all.push_back(async([i] { return use_stack(i, 64 * 1024); }));
    }
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(run(std::move(all[static_cast<size_t>(i)])), i);
    }
}

TEST_F(thread_test, a_stack_may_be_larger) {
    thread_attributes attributes;
    attributes.stack_size = 4 * 1024 * 1024;
    EXPECT_EQ(run(async(attributes, [] {
                  volatile char space[3 * 1024 * 1024];
                  space[0] = 1;
                  yield().get();
                  return static_cast<int>(space[0]);
              })),
              1);
}

TEST_F(thread_test, a_stack_that_cannot_be_had_is_a_failed_future) {
    thread_attributes attributes;
    attributes.stack_size = SIZE_MAX / 4;
    EXPECT_THROW(run(async(attributes, [] {})), std::bad_alloc);
}

TEST_F(thread_test, stacks_are_used_again) {
    auto place = [] {
        return async([] {
            int here = 0;
            return reinterpret_cast<uintptr_t>(&here) / (64 * 1024);
        });
    };
    auto first = run(place());
    EXPECT_EQ(run(place()), first);
}

future<int> nested(int n) {
    return make_ready_future<>().then([n] { return n == 0 ? make_ready_future<int>(7) : nested(n - 1); });
}

TEST_F(thread_test, a_million_nested_continuations_fit_into_a_threads_stack) {
    EXPECT_EQ(run(async([] { return nested(1'000'000).get(); })), 7);
}

TEST_F(thread_test, a_million_waits_of_a_thread_leave_nothing_behind) {
    run(async([] {
        for (int i = 0; i < (SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN ? 10'000 : 1'000'000); ++i) {
            yield().get();
        }
    }));
}

TEST_F(thread_test, a_thread_of_another_group_starts_in_it) {
    auto group = internal::scheduling_group_from_index(3);
    thread_attributes attributes;
    attributes.sched_group = group;
    bool ran = false;
    auto f = async(attributes, [&] {
        ran = true;
        EXPECT_EQ(current_scheduling_group(), group);
        yield().get();
        EXPECT_EQ(current_scheduling_group(), group);
        async([&] { EXPECT_EQ(current_scheduling_group(), group); }).get();
    });
    EXPECT_FALSE(ran);
    run(std::move(f));
}

TEST_F(thread_test, the_functions_captures_may_wait_when_they_are_destroyed) {
    bool destroyed = false;
    auto last = defer([&]() noexcept {
        yield().get();
        destroyed = true;
    });
    run(async([last = std::move(last)] {}));
    settle();
    EXPECT_TRUE(destroyed);
}

using thread_death_test = thread_test;

TEST_F(thread_death_test, waiting_outside_a_thread_is_a_bug) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    promise<> p;
    auto f = p.get_future();
    EXPECT_DEATH(f.wait(), "seastar::thread");
    p.set_value();
}

TEST_F(thread_death_test, a_thread_that_is_not_joined_is_a_bug) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH({ seastar::thread t([] {}); }, "_joined");
}

[[gnu::noinline]] int overflow(int depth) {
    volatile char space[1024];
    space[0] = static_cast<char>(depth);
    return depth ? overflow(depth - 1) + space[0] : 0;
}

TEST_F(thread_death_test, a_stack_overflow_is_a_fault_at_once) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH(run(async([] { return overflow(100'000); })), "");
}

TEST_F(thread_test, the_guard_page_is_recognised) {
    run(async([] {
        internal::thread_stack_holder other(128 * 1024);
        EXPECT_FALSE(internal::overflows_this_thread(&other));
        EXPECT_FALSE(internal::overflows_this_thread(other.get().base - 1));
    }));
    EXPECT_FALSE(internal::overflows_this_thread(nullptr));
    auto stack = kernel::map_thread_stack(100);
    EXPECT_TRUE(kernel::in_guard_page(stack, stack.base - 1));
    EXPECT_FALSE(kernel::in_guard_page(stack, stack.base));
    EXPECT_GE(stack.size, 100u);
    kernel::unmap_thread_stack(stack);
}

}
