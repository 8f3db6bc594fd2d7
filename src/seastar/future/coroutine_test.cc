// co_await of what coroutine/ has. Compilers that take the captures apart wrongly do not run this.
#if defined(__clang__)

#include <seastar/coroutine/all.hh>
#include <seastar/coroutine/as_future.hh>
#include <seastar/coroutine/exception.hh>
#include <seastar/coroutine/maybe_yield.hh>
#include <seastar/coroutine/parallel_for_each.hh>
#include <seastar/coroutine/switch_to.hh>
#include <seastar/coroutine/try_future.hh>

#include "future/allocation_count.hh"
#include "future/test_loop.hh"

#include <seastar/core/condition-variable.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/later.hh>

#include <memory>
#include <ranges>
#include <string>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

class coroutine_test : public seastar::testing::loop_fixture {};

// Says when it goes.
struct mark {
    std::string* log;
    char name;
    mark(std::string& log, char name) : log(&log), name(name) {}
    mark(const mark&) = delete;
    ~mark() { *log += name; }
};

TEST_F(coroutine_test, can_return_an_exception) {
    auto fails = [](bool fail) -> future<int> {
        if (fail) {
            co_return coroutine::make_exception(std::runtime_error("returned"));
        }
        co_return 1;
    };
    EXPECT_THROW(run(fails(true)), std::runtime_error);
    EXPECT_EQ(run(fails(false)), 1);
}

TEST_F(coroutine_test, all_gives_the_values_of_futures_that_run_together) {
    int running = 0;
    auto slow = [&running](int v) -> future<int> {
        ++running;
        co_await yield();
        co_return v;
    };
    auto f = [&]() -> future<int> {
        auto first = [&] { return slow(1); };
        auto second = [&] { return slow(2); };
        auto nothing = [] { return yield(); };
        auto [a, b] = co_await coroutine::all(first, nothing, second);
        co_return a + b;
    };
    auto sum = f();
    EXPECT_EQ(running, 2);
    EXPECT_EQ(run(std::move(sum)), 3);
}

TEST_F(coroutine_test, all_waits_for_all_also_when_one_fails) {
    bool done = false;
    auto f = [&]() -> future<> {
        auto fails = [] { return make_exception_future<>(std::runtime_error("x")); };
        auto later = [&] { return yield().then([&] { done = true; }); };
        co_await coroutine::all(fails, later);
    };
    EXPECT_THROW(run(f()), std::runtime_error);
    EXPECT_TRUE(done);
}

TEST_F(coroutine_test, as_future_gives_a_failure_to_look_at) {
    auto f = [](future<int> f) -> future<bool> {
        auto ready = co_await coroutine::as_future(std::move(f));
        bool failed = ready.failed();
        ready.ignore_ready_future();
        co_return failed;
    };
    EXPECT_FALSE(run(f(make_ready_future<int>(1))));
    EXPECT_TRUE(run(f(make_exception_future<int>(std::runtime_error("x")))));
    EXPECT_TRUE(run(f(yield().then([]() -> int { throw std::runtime_error("x"); }))));
}

TEST_F(coroutine_test, return_exception_ends_the_coroutine_and_destroys_its_locals) {
    std::string log;
    auto f = [&]() -> future<int> {
        mark a(log, 'a');
        co_await yield();
        co_await coroutine::return_exception(std::runtime_error("x"));
        log += '!';
        co_return 1;
    };
    EXPECT_THROW(run(f()), std::runtime_error);
    EXPECT_EQ(log, "a");
    auto g = [&]() -> future<> {
        co_await coroutine::exception(std::make_exception_ptr(std::logic_error("x")));
        log += '!';
    };
    EXPECT_THROW(run(g()), std::logic_error);
    EXPECT_EQ(log, "a");
}

TEST_F(coroutine_test, try_future_gives_values_and_ends_the_coroutine_with_failures) {
    std::string log;
    auto f = [&](future<int> first) -> future<int> {
        mark a(log, 'a');
        int v = co_await coroutine::try_future(std::move(first));
        log += 'v';
        co_await coroutine::try_future(yield());
        co_return v + 1;
    };
    EXPECT_EQ(run(f(make_ready_future<int>(1))), 2);
    EXPECT_EQ(run(f(yield().then([] { return 2; }))), 3);
    EXPECT_EQ(log, "vava");
    EXPECT_THROW(run(f(make_exception_future<int>(std::runtime_error("x")))), std::runtime_error);
    EXPECT_THROW(run(f(yield().then([]() -> int { throw std::runtime_error("x"); }))), std::runtime_error);
    EXPECT_EQ(log, "vavaaa");
}

TEST_F(coroutine_test, maybe_yield_lets_others_run_when_it_is_time) {
    bool stop = false;
    auto timer = sleep(1ms).then([&] { stop = true; });
    auto f = [&]() -> future<> {
        co_await yield();
        while (!stop) {
            co_await coroutine::maybe_yield();
        }
    };
    run(f());
    run(std::move(timer));
}

TEST_F(coroutine_test, parallel_for_each_keeps_its_function) {
    auto alive = std::make_shared<int>(0);
    auto f = [&]() -> future<> {
        auto body = [alive](int i) -> future<> {
            co_await yield();
            *alive += i;
        };
        co_await coroutine::parallel_for_each(std::views::iota(0, 4), body);
    };
    run(f());
    EXPECT_EQ(*alive, 6);
    EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(coroutine_test, switch_to_goes_on_in_another_group_and_back) {
    auto group = internal::scheduling_group_from_index(6);
    auto f = [&]() -> future<> {
        auto before = co_await coroutine::switch_to(group);
        EXPECT_TRUE(group.active());
        co_await yield();
        EXPECT_TRUE(group.active());
        co_await coroutine::switch_to(before);
        EXPECT_FALSE(group.active());
    };
    run(f());
}

TEST_F(coroutine_test, awaiting_what_is_ready_allocates_the_frame_only) {
    auto f = []() -> future<int> {
        int sum = 0;
        for (int i = 0; i < 100; ++i) {
            sum += co_await make_ready_future<int>(i);
        }
        co_return sum;
    };
    seastar::testing::allocation_count count;
    EXPECT_EQ(f().get(), 4950);
    EXPECT_LE(count.blocks(), 1u);
}

TEST_F(coroutine_test, a_condition_variable_is_awaited_with_when) {
    condition_variable cv;
    int n = 0;
    auto twice = [&] { return n == 2; };
    auto f = [&]() -> future<> { co_await cv.when(twice); };
    auto waits = f();
    while (n < 2) {
        ++n;
        cv.signal();
        settle();
    }
    run(std::move(waits));
}

}

#endif
