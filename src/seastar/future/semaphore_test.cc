#include <seastar/core/semaphore.hh>

#include "future/allocation_count.hh"
#include "future/test_loop.hh"

#include <seastar/core/do_with.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/manual_clock.hh>
#include <seastar/util/later.hh>

#include <string>
#include <vector>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

using manual_semaphore = basic_semaphore<semaphore_default_exception_factory, manual_clock>;

constinit thread_local semaphore made_at_compile_time(2);

class semaphore_test : public seastar::testing::loop_fixture {
protected:
    // The manual clock is the process's; a turn of the loop fires what became due.
    void advance(manual_clock::duration d) {
        manual_clock::advance(d);
        settle();
    }
    template <typename Exception, typename T>
    void expect_failed(future<T>&& f) {
        EXPECT_THROW(run(std::move(f)), Exception);
    }
};

TEST_F(semaphore_test, units_that_are_there_are_had_at_once_and_without_an_allocation) {
    semaphore sem(5);
    seastar::testing::allocation_count count;
    EXPECT_TRUE(sem.wait(3).available());
    EXPECT_TRUE(sem.wait(1s, 1).available());
    EXPECT_TRUE(get_units(sem, 1).available());
    auto f = with_semaphore(sem, 1, [] { return 5; });
    EXPECT_TRUE(f.available());
    EXPECT_EQ(count.blocks(), 0u);
    EXPECT_EQ(sem.available_units(), 1);
    EXPECT_EQ(f.get(), 5);
}

TEST_F(semaphore_test, it_can_be_made_before_there_is_anything) {
    EXPECT_TRUE(made_at_compile_time.try_wait(2));
    EXPECT_FALSE(made_at_compile_time.try_wait());
    made_at_compile_time.signal(2);
}

TEST_F(semaphore_test, a_wait_is_one_allocation) {
    semaphore sem(0);
    seastar::testing::allocation_count count;
    auto f = sem.wait();
    auto g = sem.wait(10s);
    abort_source as;
    auto h = sem.wait(as);
    EXPECT_EQ(count.blocks(), 3u);
    sem.signal(3);
    run(std::move(f));
    run(std::move(g));
    run(std::move(h));
}

TEST_F(semaphore_test, waiters_are_served_in_order_and_a_large_one_is_not_overtaken) {
    semaphore sem(1);
    std::string order;
    auto large = sem.wait(3).then([&] { order += 'l'; });
    auto small = sem.wait(1).then([&] { order += 's'; });
    EXPECT_FALSE(sem.try_wait());
    EXPECT_EQ(sem.waiters(), 2u);
    sem.signal(1);
    settle();
    EXPECT_EQ(order, "");
    sem.signal(2);
    run(std::move(small));
    EXPECT_EQ(order, "ls");
    run(std::move(large));
    EXPECT_EQ(sem.current(), 0u);
    EXPECT_EQ(sem.waiters(), 0u);
}

TEST_F(semaphore_test, consume_takes_what_is_not_there) {
    semaphore sem(1);
    sem.consume(3);
    EXPECT_EQ(sem.available_units(), -2);
    EXPECT_EQ(sem.current(), 0u);
    auto f = sem.wait();
    sem.signal(2);
    settle();
    EXPECT_FALSE(f.available());
    sem.signal(1);
    run(std::move(f));
}

TEST_F(semaphore_test, a_wait_that_times_out_takes_nothing) {
    manual_semaphore sem(0);
    auto f = sem.wait(10s);
    advance(9s);
    EXPECT_FALSE(f.available());
    advance(1s);
    expect_failed<semaphore_timed_out>(std::move(f));
    sem.signal();
    EXPECT_EQ(sem.current(), 1u);
    expect_failed<timed_out_error>(sem.wait(0s, 2));
    expect_failed<semaphore_timed_out>(sem.wait(manual_clock::now() - 1s, 2));
}

TEST_F(semaphore_test, who_gives_up_lets_the_next_one_have_its_turn) {
    manual_semaphore sem(1);
    auto large = sem.wait(10s, 5);
    auto small = sem.wait(1);
    advance(10s);
    expect_failed<semaphore_timed_out>(std::move(large));
    run(std::move(small));
    abort_source as;
    auto aborted = sem.wait(as, 5);
    auto next = sem.wait(1);
    sem.signal();
    settle();
    EXPECT_FALSE(next.available());
    as.request_abort();
    expect_failed<semaphore_aborted>(std::move(aborted));
    run(std::move(next));
}

TEST_F(semaphore_test, a_deadline_in_the_middle_of_the_queue_leaves_the_order_of_the_others) {
    manual_semaphore sem(0);
    auto a = sem.wait();
    auto b = sem.wait(1s);
    auto c = sem.wait();
    advance(1s);
    expect_failed<semaphore_timed_out>(std::move(b));
    sem.signal();
    run(std::move(a));
    EXPECT_FALSE(c.available());
    sem.signal();
    run(std::move(c));
}

TEST_F(semaphore_test, units_that_came_in_time_stay_although_the_deadline_passes) {
    manual_semaphore sem(0);
    auto f = sem.wait(1s);
    sem.signal();
    advance(2s);
    run(std::move(f));
    EXPECT_EQ(sem.current(), 0u);
}

TEST_F(semaphore_test, an_abort_fails_who_waits_and_who_will_wait_but_not_who_need_not) {
    semaphore sem(1);
    abort_source as;
    run(sem.wait(as));
    auto f = sem.wait(as);
    as.request_abort();
    expect_failed<semaphore_aborted>(std::move(f));
    expect_failed<abort_requested_exception>(sem.wait(as));
    sem.signal();
    run(sem.wait(as));
}

TEST_F(semaphore_test, broken_fails_who_waits_and_who_will_and_signals_are_ignored) {
    semaphore sem(0);
    auto f = sem.wait();
    auto g = sem.wait(10s);
    sem.broken();
    expect_failed<broken_semaphore>(std::move(f));
    expect_failed<broken_semaphore>(std::move(g));
    sem.signal();
    EXPECT_EQ(sem.current(), 0u);
    expect_failed<broken_semaphore>(sem.wait());
    semaphore other(1);
    other.broken(std::runtime_error("mine"));
    expect_failed<std::runtime_error>(other.wait(1));
}

TEST_F(semaphore_test, who_waits_when_it_goes_gets_broken_promise) {
    auto sem = std::make_unique<semaphore>(0);
    auto f = sem->wait();
    sem.reset();
    expect_failed<broken_promise>(std::move(f));
}

TEST_F(semaphore_test, with_semaphore_gives_units_back_whatever_happens) {
    semaphore sem(1);
    expect_failed<std::runtime_error>(with_semaphore(sem, 1, []() -> future<> { throw std::runtime_error("x"); }));
    expect_failed<std::runtime_error>(with_semaphore(sem, 1, [] {
        return yield().then([] { throw std::runtime_error("x"); });
    }));
    promise<int> p;
    auto f = with_semaphore(sem, 1, [&] { return p.get_future(); });
    EXPECT_EQ(sem.current(), 0u);
    auto g = with_semaphore(sem, 1, 20ms, [] { return 1; });
    expect_failed<semaphore_timed_out>(std::move(g));
    p.set_value(3);
    EXPECT_EQ(run(std::move(f)), 3);
    EXPECT_EQ(sem.current(), 1u);
}

TEST_F(semaphore_test, units_go_back_once) {
    semaphore sem(10);
    {
        auto units = run(get_units(sem, 6));
        auto part = units.split(2);
        EXPECT_EQ(units.count(), 4u);
        EXPECT_EQ(units.return_units(1), 3u);
        EXPECT_EQ(sem.current(), 5u);
        units.adopt(std::move(part));
        EXPECT_EQ(units.count(), 5u);
        EXPECT_FALSE(part);
        auto moved = std::move(units);
        EXPECT_TRUE(moved);
        EXPECT_THROW(moved.return_units(6), std::invalid_argument);
        EXPECT_THROW(moved.split(6), std::invalid_argument);
    }
    EXPECT_EQ(sem.current(), 10u);
    EXPECT_EQ(try_get_units(sem, 11), std::nullopt);
    EXPECT_EQ(try_get_units(sem, 10)->count(), 10u);
    {
        auto more = consume_units(sem, 12);
        EXPECT_EQ(sem.available_units(), -2);
        EXPECT_EQ(more.release(), 12u);
    }
    EXPECT_EQ(sem.available_units(), -2);
}

TEST_F(semaphore_test, a_semaphore_moves_into_do_with) {
    run(do_with(semaphore(1), [](semaphore& sem) { return sem.wait().then([&sem] { sem.signal(); }); }));
}

TEST_F(semaphore_test, a_named_one_says_its_name) {
    named_semaphore sem(0, named_semaphore_exception_factory{"disk"});
    auto f = sem.wait(1ms);
    try {
        run(std::move(f));
        FAIL();
    } catch (const semaphore_timed_out& e) {
        EXPECT_STREQ(e.what(), "Semaphore timed out: disk");
    }
    sem.broken();
    try {
        run(sem.wait());
        FAIL();
    } catch (const broken_semaphore& e) {
        EXPECT_STREQ(e.what(), "Semaphore broken: disk");
    }
}

TEST_F(semaphore_test, a_hundred_thousand_waiters_time_out_in_linear_time) {
    manual_semaphore sem(0);
    std::vector<future<>> all;
    for (int i = 0; i < 100'000; ++i) {
        all.push_back(sem.wait(1s));
    }
    advance(1s);
    EXPECT_EQ(sem.waiters(), 0u);
    for (auto& f : all) {
        EXPECT_TRUE(f.failed());
        f.ignore_ready_future();
    }
}

#if defined(__clang__)
TEST_F(semaphore_test, the_captures_of_a_coroutine_live_until_it_ends) {
    semaphore sem(1);
    auto alive = std::make_shared<int>(3);
    auto f = with_semaphore(sem, 1, [alive]() -> future<int> {
        co_await yield();
        co_return *alive;
    });
    EXPECT_EQ(run(std::move(f)), 3);
    EXPECT_EQ(alive.use_count(), 1);
}
#endif

}
