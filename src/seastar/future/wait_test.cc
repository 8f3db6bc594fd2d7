// Waiting for time, for several futures, for shared ones, and giving up.
#include <seastar/core/abort_on_expiry.hh>
#include <seastar/core/abortable_fifo.hh>
#include <seastar/core/expiring_fifo.hh>
#include <seastar/core/map_reduce.hh>
#include <seastar/core/shared_future.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/when_all.hh>
#include <seastar/core/with_scheduling_group.hh>
#include <seastar/core/with_timeout.hh>

#include "future/allocation_count.hh"
#include "future/test_loop.hh"

#include <seastar/core/manual_clock.hh>
#include <seastar/util/later.hh>

#include <memory>
#include <ranges>
#include <string>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

class wait_test : public seastar::testing::loop_fixture {
protected:
    void advance(manual_clock::duration d) {
        manual_clock::advance(d);
        settle();
    }
};

TEST_F(wait_test, do_with_keeps_objects_until_the_future_resolves) {
    auto alive = std::make_shared<int>(1);
    std::weak_ptr<int> watch = alive;
    promise<> p;
    auto f = do_with(std::move(alive), 2, std::string("x"), [&](auto& ptr, int& i, std::string& s) {
        return p.get_future().then([&] { return std::to_string(*ptr + i) + s; });
    });
    EXPECT_FALSE(watch.expired());
    p.set_value();
    EXPECT_EQ(run(std::move(f)), "3x");
    EXPECT_TRUE(watch.expired());
    EXPECT_EQ(run(do_with(3, [](int& i) { return ++i; })), 4);
    EXPECT_THROW(run(do_with(3, [](int&) { throw std::runtime_error("x"); })), std::runtime_error);
}

TEST_F(wait_test, do_with_is_one_allocation) {
    promise<> p;
    seastar::testing::allocation_count count;
    auto f = do_with(1, 2, [&](int&, int&) { return p.get_future(); });
    p.set_value();
    run(std::move(f));
    EXPECT_EQ(count.blocks(), 1u);
}

TEST_F(wait_test, sleep_resolves_at_its_time_and_is_one_allocation) {
    seastar::testing::allocation_count count;
    auto f = sleep<manual_clock>(10s);
    EXPECT_EQ(count.blocks(), 1u);
    advance(9s);
    EXPECT_FALSE(f.available());
    advance(1s);
    run(std::move(f));
    run(sleep(1ms));
    run(sleep<lowres_clock>(0ms));
}

TEST_F(wait_test, an_abortable_sleep_ends_with_the_abort) {
    abort_source as;
    auto f = sleep_abortable<manual_clock>(10s, as);
    auto g = sleep_abortable<manual_clock>(1s, as);
    advance(1s);
    run(std::move(g));
    as.request_abort();
    EXPECT_THROW(run(std::move(f)), sleep_aborted);
    EXPECT_THROW(run(sleep_abortable<manual_clock>(10s, as)), sleep_aborted);
    advance(10s);
    auto h = sleep_abortable<manual_clock>(10s);
    internal::stop_source().request_abort();
    EXPECT_THROW(run(std::move(h)), sleep_aborted);
    internal::stop_source() = abort_source();
    EXPECT_FALSE(internal::stop_source().abort_requested());
}

TEST_F(wait_test, subscribers_are_called_in_order_and_once) {
    abort_source as;
    std::string order;
    auto a = as.subscribe([&]() noexcept { order += 'a'; });
    auto b = as.subscribe([&](const std::optional<std::exception_ptr>& ex) noexcept { order += ex ? 'B' : 'b'; });
    auto c = as.subscribe([&]() noexcept { order += 'c'; });
    auto moved = std::move(a);
    c = std::nullopt;
    EXPECT_FALSE(as.abort_requested());
    as.check();
    as.request_abort_ex(std::runtime_error("why"));
    as.request_abort();
    EXPECT_EQ(order, "aB");
    EXPECT_FALSE(moved);
    EXPECT_THROW(as.check(), std::runtime_error);
    EXPECT_THROW(std::rethrow_exception(as.abort_requested_exception_ptr()), std::runtime_error);
    EXPECT_FALSE(as.subscribe([]() noexcept {}));
}

TEST_F(wait_test, a_subscriber_may_end_other_subscriptions_and_the_source) {
    auto as = std::make_unique<abort_source>();
    optimized_optional<abort_source::subscription> b;
    auto a = as->subscribe([&]() noexcept {
        b = std::nullopt;
        as.reset();
    });
    bool called = false;
    b = as->subscribe([&]() noexcept { called = true; });
    as->request_abort();
    EXPECT_FALSE(called);
    EXPECT_FALSE(as);
}

TEST_F(wait_test, a_source_that_goes_or_moves_leaves_its_subscriptions_in_order) {
    optimized_optional<abort_source::subscription> sub;
    int calls = 0;
    {
        abort_source as;
        sub = as.subscribe([&]() noexcept { ++calls; });
        abort_source moved = std::move(as);
        as.request_abort();
        EXPECT_EQ(calls, 0);
        EXPECT_TRUE(sub);
    }
    EXPECT_FALSE(sub);
}

TEST_F(wait_test, an_abort_on_expiry_goes_off_at_its_time) {
    abort_on_expiry<manual_clock> aoe(manual_clock::now() + 1s);
    EXPECT_FALSE(aoe.abort_source().abort_requested());
    advance(1s);
    EXPECT_THROW(aoe.abort_source().check(), timed_out_error);
}

TEST_F(wait_test, with_timeout_is_the_result_if_that_comes_in_time) {
    promise<int> p;
    seastar::testing::allocation_count count;
    auto f = with_timeout(manual_clock::now() + 1s, p.get_future());
    EXPECT_EQ(count.blocks(), 1u);
    p.set_value(3);
    advance(2s);
    EXPECT_EQ(run(std::move(f)), 3);
    EXPECT_EQ(run(with_timeout(manual_clock::now(), make_ready_future<int>(4))), 4);
}

TEST_F(wait_test, with_timeout_fails_at_the_deadline_and_drops_what_comes_later) {
    promise<> p;
    promise<> q;
    auto f = with_timeout(manual_clock::now() + 1s, p.get_future());
    auto g = with_timeout(manual_clock::now() + 1s, q.get_future());
    advance(1s);
    EXPECT_THROW(run(std::move(f)), timed_out_error);
    EXPECT_THROW(run(std::move(g)), timed_out_error);
    p.set_value();
    q.set_exception(std::runtime_error("late"));
    settle();
}

TEST_F(wait_test, with_timeout_gives_up_when_an_abort_is_requested) {
    promise<int> p;
    promise<int> q;
    abort_source as;
    auto f = with_timeout(as, p.get_future());
    as.request_abort_ex(std::runtime_error("why"));
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
    EXPECT_THROW(run(with_timeout(as, q.get_future())), std::runtime_error);
    EXPECT_EQ(run(with_timeout(as, make_ready_future<int>(4))), 4);
    p.set_value(1);
    q.set_exception(std::runtime_error("late"));
    settle();
}

TEST_F(wait_test, when_all_gives_the_futures_also_failed_ones) {
    promise<> p;
    auto f = when_all(p.get_future(), make_ready_future<double>(3.5), [] { return 2; },
                      make_exception_future<int>(std::runtime_error("x")));
    EXPECT_FALSE(f.available());
    p.set_value();
    auto [a, b, c, d] = run(std::move(f));
    EXPECT_TRUE(a.available());
    EXPECT_EQ(b.get(), 3.5);
    EXPECT_EQ(c.get(), 2);
    EXPECT_THROW(d.get(), std::runtime_error);
    run(when_all().discard_result());
}

TEST_F(wait_test, when_all_of_ready_futures_allocates_nothing_and_else_once) {
    promise<> p;
    promise<> q;
    auto a = p.get_future();
    auto b = q.get_future();
    seastar::testing::allocation_count count;
    EXPECT_TRUE(when_all(make_ready_future<>(), make_ready_future<int>(1)).available());
    EXPECT_TRUE(when_all_succeed(make_ready_future<>(), make_ready_future<int>(1)).available());
    EXPECT_EQ(count.blocks(), 0u);
    future<> f = when_all_succeed(std::move(a), std::move(b)).discard_result();
    EXPECT_LE(count.blocks(), 2u);
    q.set_value();
    settle();
    EXPECT_FALSE(f.available());
    p.set_value();
    run(std::move(f));
}

TEST_F(wait_test, when_all_of_iterators_gives_a_vector) {
    std::vector<future<int>> v;
    v.push_back(make_ready_future<int>(1));
    v.push_back(yield().then([] { return 2; }));
    auto ready = run(when_all(v.begin(), v.end()));
    EXPECT_EQ(ready[0].get() + ready[1].get(), 3);
    std::vector<future<>> none;
    EXPECT_TRUE(run(when_all(none.begin(), none.end())).empty());
}

TEST_F(wait_test, when_all_succeed_unpacks_the_values_and_drops_voids) {
    EXPECT_EQ(run(when_all_succeed(make_ready_future<int>(2), yield(), make_ready_future<double>(3.5))
                      .then([](int i, double d) { return i + d; })), 5.5);
    future<> none = when_all_succeed(yield(), yield());
    run(std::move(none));
    EXPECT_EQ(run(when_all_succeed(make_ready_future<int>(2))), std::tuple(2));
    run(when_all_succeed(yield()).then_unpack([] {}));
}

TEST_F(wait_test, when_all_succeed_waits_for_all_and_fails_as_the_first) {
    promise<> p;
    auto f = when_all_succeed(p.get_future(), make_exception_future<int>(std::runtime_error("a")),
                              make_exception_future<>(std::logic_error("b")));
    settle();
    EXPECT_FALSE(f.available());
    p.set_value();
    EXPECT_THROW(run(std::move(f)), std::runtime_error);
}

TEST_F(wait_test, when_all_succeed_of_many_gives_their_values) {
    std::vector<future<int>> v;
    for (int i = 0; i < 3; ++i) {
        v.push_back(yield().then([i] { return i; }));
    }
    EXPECT_EQ(run(when_all_succeed(std::move(v))), (std::vector<int>{0, 1, 2}));
    std::vector<future<>> w;
    w.push_back(yield());
    w.push_back(make_exception_future<>(std::runtime_error("x")));
    EXPECT_THROW(run(when_all_succeed(w.begin(), w.end())), std::runtime_error);
}

TEST_F(wait_test, map_reduce_maps_at_once_and_reduces_in_order) {
    int running = 0;
    auto f = map_reduce(std::views::iota(0, 4), [&](int i) {
        ++running;
        return sleep(std::chrono::milliseconds(4 - i)).then([i] { return std::to_string(i); });
    }, std::string(">"), [](std::string a, std::string b) { return a + b; });
    EXPECT_EQ(running, 4);
    EXPECT_EQ(run(std::move(f)), ">0123");
    std::vector<int> v{1, 2, 3};
    EXPECT_EQ(run(map_reduce(v, [](int i) { return i; }, adder<int>())), 6);
    EXPECT_EQ(
        run(map_reduce(v.begin(), v.end(), [](int i) { return yield().then([i] { return i; }); }, adder<long>())), 6);
    EXPECT_THROW(run(map_reduce(v, [](int i) -> int { throw i; }, adder<int>())), int);
    EXPECT_EQ(run(map_reduce(std::vector<int>(), [](int i) { return i; }, 7, std::plus<int>())), 7);
}

TEST_F(wait_test, everybody_gets_a_copy_of_a_shared_result) {
    promise<std::string> p;
    shared_future<std::string> s(p.get_future());
    auto a = s.get_future();
    shared_future<std::string> t = s;
    future<std::string> b = t;
    EXPECT_FALSE(s.available());
    p.set_value("x");
    EXPECT_EQ(run(std::move(a)), "x");
    EXPECT_EQ(run(std::move(b)), "x");
    EXPECT_TRUE(s.get_future().available());
    EXPECT_FALSE(s.failed());
    EXPECT_FALSE(shared_future<>().valid());
}

TEST_F(wait_test, a_shared_failure_reaches_everybody) {
    shared_promise<int> p;
    auto a = p.get_shared_future();
    auto b = p.get_shared_future();
    p.set_exception(std::runtime_error("x"));
    EXPECT_THROW(run(std::move(a)), std::runtime_error);
    EXPECT_THROW(run(std::move(b)), std::runtime_error);
    EXPECT_TRUE(p.failed());
    EXPECT_THROW(run(p.get_shared_future()), std::runtime_error);
}

TEST_F(wait_test, a_shared_result_can_be_given_up_waiting_for) {
    shared_promise<with_clock<manual_clock>, int> p;
    abort_source as;
    auto a = p.get_shared_future(manual_clock::now() + 1s);
    auto b = p.get_shared_future(as);
    auto c = p.get_shared_future();
    advance(1s);
    EXPECT_THROW(run(std::move(a)), timed_out_error);
    as.request_abort();
    EXPECT_THROW(run(std::move(b)), abort_requested_exception);
    p.set_value(1);
    EXPECT_EQ(run(std::move(c)), 1);
}

TEST_F(wait_test, those_who_wait_for_a_shared_result_keep_it) {
    promise<> p;
    auto f = shared_future<>(p.get_future()).get_future();
    p.set_value();
    run(std::move(f));
    auto broken = [] {
        shared_promise<int> q;
        return q.get_shared_future();
    }();
    EXPECT_THROW(run(std::move(broken)), broken_promise);
}

TEST_F(wait_test, elements_leave_a_fifo_at_their_time_or_with_their_abort) {
    expiring_fifo<promise<>, promise_expiry<>, manual_clock> fifo;
    promise<> a;
    promise<> b;
    auto fa = a.get_future();
    auto fb = b.get_future();
    fifo.push_back(std::move(a), manual_clock::now() + 1s);
    fifo.push_back(std::move(b));
    EXPECT_EQ(fifo.size(), 2u);
    advance(1s);
    EXPECT_THROW(run(std::move(fa)), timed_out_error);
    fifo.front().set_value();
    fifo.pop_front();
    run(std::move(fb));
    EXPECT_TRUE(fifo.empty());

    internal::abortable_fifo<int> other;
    abort_source as;
    other.push_back(1, as);
    other.push_back(2);
    as.request_abort();
    other.push_back(3, as);
    EXPECT_EQ(other.size(), 1u);
    EXPECT_EQ(other.front(), 2);
}

TEST_F(wait_test, with_scheduling_group_runs_there_and_comes_back) {
    auto group = internal::scheduling_group_from_index(4);
    auto here = current_scheduling_group();
    auto f = with_scheduling_group(group, [&](int i) {
        EXPECT_TRUE(group.active());
        return yield().then([i, group] {
            EXPECT_TRUE(group.active());
            return i + 1;
        });
    }, 1);
    EXPECT_FALSE(f.available());
    EXPECT_EQ(run(std::move(f).then([here](int i) {
        EXPECT_EQ(current_scheduling_group(), here);
        return i;
    })), 2);
    EXPECT_TRUE(with_scheduling_group(here, [] {}).available());
}

TEST_F(wait_test, yield_lets_the_others_run_first) {
    std::string order;
    auto a = yield().then([&] { order += 'a'; });
    auto b = yield().then([&] { order += 'b'; });
    run(check_for_io_immediately().then([&] { order += 'c'; }));
    EXPECT_EQ(order, "abc");
    EXPECT_TRUE(a.available() && b.available() && now().available());
}

}
