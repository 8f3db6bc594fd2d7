#include <seastar/core/loop.hh>

#include "future/allocation_count.hh"
#include "future/test_loop.hh"

#include <seastar/core/manual_clock.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/later.hh>

#include <list>
#include <memory>
#include <ranges>
#include <string>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

class loop_test : public seastar::testing::loop_fixture {};

// Promises that the test resolves when and in the order it likes.
struct pending {
    std::vector<promise<>> promises;
    future<> next() { return promises.emplace_back().get_future(); }
};

TEST_F(loop_test, repeat_calls_its_body_until_it_says_stop) {
    int n = 0;
    run(repeat([&] { return ++n == 5000 ? stop_iteration::yes : stop_iteration::no; }));
    EXPECT_EQ(n, 5000);
    run(repeat([&] { return make_ready_future<stop_iteration>(stop_iteration(++n == 5001)); }));
    EXPECT_EQ(n, 5001);
}

TEST_F(loop_test, repeat_makes_the_next_call_after_the_one_before_resolved) {
    int running = 0;
    int n = 0;
    run(repeat([&] {
        EXPECT_EQ(running++, 0);
        return yield().then([&] {
            --running;
            return stop_iteration(++n == 10);
        });
    }));
    EXPECT_EQ(n, 10);
}

TEST_F(loop_test, an_exception_ends_repeat_wherever_it_comes_from) {
    EXPECT_THROW(run(repeat([]() -> stop_iteration { throw std::runtime_error("thrown"); })), std::runtime_error);
    EXPECT_THROW(run(repeat([] { return make_exception_future<stop_iteration>(std::runtime_error("returned")); })),
                 std::runtime_error);
    int n = 0;
    EXPECT_THROW(run(repeat([&] {
                     return yield().then([&] {
                         if (++n == 3) {
                             throw std::runtime_error("later");
                         }
                         return stop_iteration::no;
                     });
                 })),
                 std::runtime_error);
    EXPECT_EQ(n, 3);
}

TEST_F(loop_test, repeat_until_value_gives_the_value) {
    int n = 0;
    EXPECT_EQ(run(repeat_until_value([&] { return ++n == 3 ? std::optional<std::string>("x") : std::nullopt; })), "x");
    auto later = repeat_until_value([&] {
        return yield().then([&] { return ++n < 7 ? std::optional<std::unique_ptr<int>>() : std::make_unique<int>(n); });
    });
    EXPECT_EQ(*run(std::move(later)), 7);
}

TEST_F(loop_test, do_until_asks_before_each_call) {
    run(do_until([] { return true; }, [] {
        ADD_FAILURE();
        return make_ready_future<>();
    }));
    int n = 0;
    run(do_until([&] { return n == 300; }, [&] {
        ++n;
        return n % 100 ? make_ready_future<>() : yield();
    }));
    EXPECT_EQ(n, 300);
    EXPECT_THROW(run(do_until([]() -> bool { throw std::runtime_error("x"); }, [] { return make_ready_future<>(); })),
                 std::runtime_error);
}

TEST_F(loop_test, keep_doing_ends_with_the_first_failure_only) {
    int n = 0;
    EXPECT_THROW(run(keep_doing([&] {
                     return ++n == 1000 ? make_exception_future<>(std::runtime_error("enough")) : make_ready_future<>();
                 })),
                 std::runtime_error);
    EXPECT_EQ(n, 1000);
}

TEST_F(loop_test, do_for_each_goes_through_every_kind_of_range) {
    std::vector<int> seen;
    auto note = [&](int i) { seen.push_back(i); };
    std::list<int> list{1, 2, 3};
    run(do_for_each(list, note));
    run(do_for_each(list.begin(), list.end(), note));
    run(do_for_each(std::views::iota(4, 6), note));
    run(do_for_each(std::vector<int>{6, 7}, [&](int i) { return yield().then([&seen, i] { seen.push_back(i); }); }));
    EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(loop_test, loops_look_through_pointers_to_ranges_and_keep_them) {
    std::vector<int> seen;
    auto later = [&](int i) { return yield().then([&seen, i] { seen.push_back(i); }); };
    auto shared = make_lw_shared<std::vector<int>>(std::vector<int>{1, 2});
    auto a = do_for_each(shared, later);
    shared = nullptr;
    run(std::move(a));
    run(do_for_each(std::make_unique<std::vector<int>>(std::vector<int>{3}), later));
    run(max_concurrent_for_each(make_lw_shared<std::vector<int>>(std::vector<int>{4}), 2, later));
    run(parallel_for_each(std::make_shared<std::vector<int>>(std::vector<int>{5}), later));
    auto own = std::make_unique<std::vector<int>>(std::vector<int>{6});
    run(do_for_each(own, later));
    EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 4, 5, 6}));
}

TEST_F(loop_test, do_for_each_gives_references_to_the_elements) {
    std::vector<int> v{1, 2, 3};
    run(do_for_each(v, [](int& i) { return yield().then([&i] { i *= 2; }); }));
    EXPECT_EQ(v, (std::vector<int>{2, 4, 6}));
}

TEST_F(loop_test, parallel_for_each_starts_all_and_waits_for_all_also_after_a_failure) {
    pending p;
    auto f = parallel_for_each(std::views::iota(0, 4), [&](int) { return p.next(); });
    EXPECT_EQ(p.promises.size(), 4u);
    p.promises[1].set_exception(std::runtime_error("one"));
    p.promises[3].set_exception(std::runtime_error("three"));
    p.promises[0].set_value();
    settle();
    EXPECT_FALSE(f.available());
    p.promises[2].set_value();
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
}

TEST_F(loop_test, parallel_for_each_goes_on_after_a_call_that_throws) {
    int calls = 0;
    auto f = parallel_for_each(std::views::iota(0, 5), [&](int i) {
        ++calls;
        if (i == 1) {
            throw std::runtime_error("x");
        }
        return yield();
    });
    EXPECT_EQ(calls, 5);
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
}

TEST_F(loop_test, max_concurrent_for_each_never_has_more_in_flight) {
    int running = 0;
    int most = 0;
    int done = 0;
    run(max_concurrent_for_each(std::views::iota(0, 100), 7, [&](int i) {
        most = std::max(most, ++running);
        return (i % 3 ? yield() : make_ready_future<>()).then([&] {
            --running;
            ++done;
        });
    }));
    EXPECT_EQ(done, 100);
    EXPECT_EQ(most, 7);
    EXPECT_EQ(running, 0);
}

TEST_F(loop_test, max_concurrent_for_each_reports_a_failure_after_all_are_done) {
    int done = 0;
    auto f = max_concurrent_for_each(std::views::iota(0, 10), 2, [&](int i) {
        return yield().then([&done, i] {
            ++done;
            if (i == 0) {
                throw std::runtime_error("x");
            }
        });
    });
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
    EXPECT_EQ(done, 10);
}

TEST_F(loop_test, loops_over_ready_futures_allocate_nothing) {
    std::vector<int> v(1000);
    seastar::testing::allocation_count count;
    int n = 0;
    EXPECT_TRUE(repeat([&] { return stop_iteration(++n == 100); }).available());
    EXPECT_TRUE(do_until([&] { return n == 0; }, [&] {
                    --n;
                    return make_ready_future<>();
                }).available());
    EXPECT_TRUE(do_for_each(v, [](int) {}).available());
    EXPECT_TRUE(parallel_for_each(v, [](int) { return make_ready_future<>(); }).available());
    EXPECT_TRUE(max_concurrent_for_each(v, 3, [](int) { return make_ready_future<>(); }).available());
    EXPECT_EQ(count.blocks(), 0u);
}

TEST_F(loop_test, a_loop_that_waits_is_one_allocation) {
    promise<> p[3];
    auto f = p[0].get_future();
    auto g = p[1].get_future();
    seastar::testing::allocation_count count;
    int n = 0;
    auto loop = do_until([&] { return n == 2; }, [&] { return std::move(n++ == 0 ? f : g); });
    EXPECT_EQ(count.blocks(), 1u);
    p[0].set_value();
    settle();
    EXPECT_EQ(n, 2);
    p[1].set_value();
    run(std::move(loop));
    EXPECT_EQ(count.blocks(), 1u);
}

TEST_F(loop_test, a_loop_of_a_million_rounds_needs_no_stack) {
    int n = 0;
    run(repeat([&] { return make_ready_future<>().then([&] { return stop_iteration(++n == 1'000'000); }); }));
    EXPECT_EQ(n, 1'000'000);
}

TEST_F(loop_test, loops_over_ready_futures_let_others_run) {
    bool stop = false;
    auto stop_soon = [&] {
        stop = false;
        return sleep(1ms).then([&] { stop = true; });
    };
    // In a task: the time of what is outside of the loop's turns is not limited.
    auto timer = stop_soon();
    run(yield().then([&] { return do_until([&] { return stop; }, [] { return make_ready_future<>(); }); }));
    run(std::move(timer));
    timer = stop_soon();
    run(yield().then([&] { return repeat([&] { return stop_iteration(stop); }); }));
    run(std::move(timer));
    timer = stop_soon();
    int n = 0;
    std::list<int> endless{1};
    run(yield().then([&] {
        return max_concurrent_for_each(endless, 2, [&](int) {
            if (!stop) {
                endless.push_back(++n);
            }
            return make_ready_future<>();
        });
    }));
    run(std::move(timer));
}

#if defined(__clang__)
TEST_F(loop_test, the_captures_of_coroutines_live_as_long_as_their_loop) {
    auto alive = std::make_shared<int>(0);
    int n = 0;
    run(repeat([alive, &n]() -> future<stop_iteration> {
        co_await yield();
        ++*alive;
        co_return stop_iteration(++n == 3);
    }));
    EXPECT_EQ(*alive, 3);
    run(do_until([&] { return n == 0; }, [alive, &n]() -> future<> {
        co_await yield();
        --n;
        ++*alive;
    }));
    EXPECT_EQ(*alive, 6);
    auto each = [alive](int) -> future<> {
        co_await yield();
        ++*alive;
    };
    auto copy = [&] { return each; };
    std::vector<int> v(3);
    run(do_for_each(v, copy()));
    run(parallel_for_each(v, copy()));
    run(max_concurrent_for_each(v, 2, copy()));
    run(do_for_each(std::vector<int>(3), copy()));
    EXPECT_EQ(*alive, 18);
    EXPECT_EQ(run(repeat_until_value([alive]() -> future<std::optional<int>> {
        co_await yield();
        co_return *alive;
    })), 18);
    EXPECT_EQ(alive.use_count(), 2); // here and in `each`
}
#endif

}
