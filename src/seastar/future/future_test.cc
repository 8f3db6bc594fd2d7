#include <seastar/core/future.hh>

#include "kernel/backend.hh"
#include "loop/shard.hh"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

using namespace seastar;

namespace {

class future_test : public testing::Test {
    int _error = 0;
    std::unique_ptr<kernel::ring> _ring = kernel::make_ring(kernel::backend::epoll, _error);

protected:
    loop::shard _shard{*_ring, loop::shard_options()};

    template <typename T>
    T run(future<T> f) {
        for (int i = 0; !f.available() && i < 50'000'000; ++i) {
            _shard.run_one();
        }
        EXPECT_TRUE(f.available());
        return f.get();
    }
};

TEST_F(future_test, a_ready_future_has_its_value) {
    auto f = make_ready_future<int>(3);
    EXPECT_TRUE(f.available());
    EXPECT_EQ(f.get(), 3);
}

TEST_F(future_test, then_runs_at_once_on_a_ready_future) {
    bool ran = false;
    auto f = make_ready_future<>().then([&] { ran = true; });
    EXPECT_TRUE(ran);
    EXPECT_TRUE(f.available());
}

TEST_F(future_test, then_passes_the_value_on_when_the_promise_resolves) {
    promise<int> p;
    auto f = p.get_future().then([](int v) { return std::to_string(v + 1); });
    EXPECT_FALSE(f.available());
    p.set_value(41);
    EXPECT_EQ(run(std::move(f)), "42");
}

TEST_F(future_test, a_promise_may_be_resolved_before_its_future_is_asked_for) {
    promise<std::string> p;
    p.set_value("x");
    EXPECT_EQ(p.get_future().get(), "x");
}

TEST_F(future_test, moving_promise_and_future_keeps_them_connected) {
    promise<std::unique_ptr<int>> p;
    auto f = p.get_future();
    auto q = std::move(p);
    auto g = std::move(f);
    q.set_value(std::make_unique<int>(7));
    EXPECT_EQ(*g.get(), 7);
}

TEST_F(future_test, a_continuation_that_returns_a_pending_future_resolves_with_it) {
    promise<> p;
    promise<int> q;
    auto f = p.get_future().then([&] { return q.get_future(); }).then([](int v) { return v * 2; });
    p.set_value();
    for (int i = 0; i < 10; ++i) {
        _shard.run_one();
    }
    EXPECT_FALSE(f.available());
    q.set_value(4);
    EXPECT_EQ(run(std::move(f)), 8);
}

TEST_F(future_test, exceptions_skip_then_and_reach_handle_exception) {
    bool skipped = true;
    auto f = make_ready_future<>()
                 .then([] { throw std::runtime_error("a"); })
                 .then([&] { skipped = false; })
                 .then([] { return 1; })
                 .handle_exception([](std::exception_ptr) { return 2; });
    EXPECT_EQ(run(std::move(f)), 2);
    EXPECT_TRUE(skipped);
}

TEST_F(future_test, handle_exception_type_takes_its_type_only) {
    auto wrong = make_exception_future<int>(std::runtime_error("a")).handle_exception_type([](std::logic_error&) {
        return 1;
    });
    EXPECT_THROW(run(std::move(wrong)), std::runtime_error);
    auto right =
        make_exception_future<int>(std::out_of_range("a")).handle_exception_type([](const std::logic_error& e) {
            return std::string(e.what()) == "a" ? 3 : 0;
        });
    EXPECT_EQ(run(std::move(right)), 3);
}

TEST_F(future_test, finally_runs_in_both_cases_and_keeps_the_result) {
    int runs = 0;
    EXPECT_EQ(run(make_ready_future<int>(5).finally([&] { ++runs; })), 5);
    EXPECT_THROW(run(make_exception_future<int>(std::runtime_error("a")).finally([&] { ++runs; })), std::runtime_error);
    promise<> p;
    auto f = make_ready_future<int>(6).finally([&] { return p.get_future(); });
    EXPECT_FALSE(f.available());
    p.set_value();
    EXPECT_EQ(run(std::move(f)), 6);
    EXPECT_EQ(runs, 2);
}

TEST_F(future_test, finally_reports_both_failures) {
    auto f = make_exception_future<>(std::runtime_error("outer")).finally([] { throw std::runtime_error("inner"); });
    try {
        run(std::move(f));
        FAIL();
    } catch (const seastar::nested_exception& e) {
        EXPECT_THROW(std::rethrow_exception(e.outer), std::runtime_error);
        EXPECT_EQ(fmt::format("{}", std::current_exception()),
                  "seastar::nested_exception: std::runtime_error (inner) (while cleaning up after std::runtime_error "
                  "(outer))");
    }
}

TEST_F(future_test, a_destroyed_promise_breaks_its_future) {
    auto f = [] {
        promise<int> p;
        return p.get_future();
    }();
    EXPECT_TRUE(f.failed());
    EXPECT_THROW(f.get(), broken_promise);
}

TEST_F(future_test, a_destroyed_promise_breaks_who_waits) {
    auto p = std::make_unique<promise<int>>();
    auto f = p->get_future().then([](int v) { return v; });
    p.reset();
    EXPECT_THROW(run(std::move(f)), broken_promise);
}

TEST_F(future_test, a_dropped_pending_future_leaves_the_promise_usable) {
    promise<int> p;
    { auto f = p.get_future(); }
    p.set_value(1);
}

TEST_F(future_test, a_tuple_unpacks_for_a_function_of_its_elements) {
    auto f = make_ready_future<std::tuple<int, double>>(1, 2.5).then([](int i, double d) { return i + d; });
    EXPECT_EQ(run(std::move(f)), 3.5);
    auto g = make_ready_future<std::tuple<int, double>>(1, 2.5).then([](std::tuple<int, double> t) {
        return std::get<0>(t);
    });
    EXPECT_EQ(run(std::move(g)), 1);
    future<> h = make_ready_future<std::tuple<>>();
    run(std::move(h));
}

TEST_F(future_test, the_257th_continuation_in_a_row_goes_through_the_queue) {
    int immediate = 0;
    future<> f = make_ready_future<>();
    while (f.available() && immediate < 1000) {
        f = make_ready_future<>().then([] {});
        ++immediate;
    }
    EXPECT_LE(immediate, 257);
    run(std::move(f));
}

TEST_F(future_test, futurize_invoke_turns_everything_into_a_future) {
    EXPECT_EQ(run(futurize_invoke([](int v) { return v; }, 1)), 1);
    run(futurize_invoke([] {}));
    EXPECT_EQ(run(futurize_invoke([] { return make_ready_future<int>(2); })), 2);
    EXPECT_THROW(run(futurize_invoke([]() -> future<> { throw std::runtime_error("x"); })), std::runtime_error);
    struct s {
        int v = 4;
        int get(int x) { return v + x; }
    } object;
    EXPECT_EQ(run(futurize_invoke(&s::get, &object, 1)), 5);
    EXPECT_EQ(run(futurize_invoke(&s::get, std::ref(object), 1)), 5);
    EXPECT_EQ(run(futurize<int>::from_tuple(std::make_tuple(6))), 6);
    EXPECT_EQ(run(futurize_apply([](int a, int b) { return a + b; }, std::make_tuple(1, 2))), 3);
}

static_assert(Future<future<int>> && !Future<int>);
static_assert(CanInvoke<int (*)(int), int> && !CanInvoke<int (*)(int), std::string>);
static_assert(InvokeReturns<int (*)(int), int, int> && !InvokeReturns<int (*)(int), long, int>);
static_assert(InvokeReturnsAnyFuture<future<> (*)()> && !InvokeReturnsAnyFuture<int (*)(int), int>);

TEST_F(future_test, a_future_state_survives_being_moved_to_itself) {
    future_state<std::unique_ptr<int>> state;
    state.set(std::make_unique<int>(42));
    auto& same = state;
    state = std::move(same);
    EXPECT_EQ(*state.get(), 42);
}

future<int> nested(int n) {
    return make_ready_future<>().then([n] { return n == 0 ? make_ready_future<int>(7) : nested(n - 1); });
}

TEST_F(future_test, a_million_nested_ready_continuations_need_a_bounded_stack) { EXPECT_EQ(run(nested(1'000'000)), 7); }

TEST_F(future_test, a_chain_of_a_million_continuations_resolves_iteratively) {
    promise<int> p;
    auto f = p.get_future();
    for (int i = 0; i < 1'000'000; ++i) {
        f = std::move(f).then([](int v) { return v + 1; });
    }
    p.set_value(0);
    EXPECT_EQ(run(std::move(f)), 1'000'000);
}

TEST_F(future_test, a_chain_of_a_million_continuations_breaks_iteratively) {
    future<int> f = make_ready_future<int>(0);
    {
        promise<int> p;
        f = p.get_future();
        for (int i = 0; i < 1'000'000; ++i) {
            f = std::move(f).then([](int v) { return v + 1; });
        }
    }
    EXPECT_THROW(run(std::move(f)), broken_promise);
}

#if defined(__clang__)
future<int> add(future<int> a, future<int> b) { co_return co_await std::move(a) + co_await std::move(b); }

TEST_F(future_test, a_coroutine_awaits_futures) {
    promise<int> p;
    auto f = add(make_ready_future<int>(1), p.get_future());
    EXPECT_FALSE(f.available());
    p.set_value(2);
    EXPECT_EQ(run(std::move(f)), 3);
}

TEST_F(future_test, an_exception_leaves_a_coroutine_through_its_future) {
    auto f = [](future<> f) -> future<int> {
        co_await std::move(f);
        co_return 1;
    }(make_exception_future<>(std::runtime_error("x")));
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
}

TEST_F(future_test, the_captures_of_a_coroutine_given_to_then_live_until_it_ends) {
    promise<> p;
    auto alive = std::make_shared<int>(5);
    std::weak_ptr<int> watch = alive;
    auto f = make_ready_future<>().then([&p, alive = std::move(alive)]() -> future<int> {
        co_await p.get_future();
        co_return *alive;
    });
    EXPECT_FALSE(f.available());
    EXPECT_FALSE(watch.expired());
    p.set_value();
    EXPECT_EQ(run(std::move(f)), 5);
    EXPECT_TRUE(watch.expired());
}

TEST_F(future_test, the_same_when_the_continuation_runs_later) {
    promise<int> first;
    promise<> p;
    auto alive = std::make_shared<int>(5);
    auto f = first.get_future().then([&p, alive](auto v) -> future<int> {
        co_await p.get_future();
        co_return *alive + v;
    });
    first.set_value(1);
    for (int i = 0; i < 10; ++i) {
        _shard.run_one();
    }
    p.set_value();
    EXPECT_EQ(run(std::move(f)), 6);
    EXPECT_EQ(alive.use_count(), 1);
}
#endif

}
