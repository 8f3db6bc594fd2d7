#include <seastar/core/condition-variable.hh>
#include <seastar/core/rwlock.hh>
#include <seastar/core/shared_mutex.hh>

#include "future/test_loop.hh"

#include <seastar/core/manual_clock.hh>
#include <seastar/util/later.hh>

#include <optional>
#include <string>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

class condition_variable_test : public seastar::testing::loop_fixture {};

TEST_F(condition_variable_test, a_signal_wakes_one_and_a_broadcast_all) {
    condition_variable cv;
    auto a = cv.wait();
    auto b = cv.wait();
    auto c = cv.wait();
    EXPECT_TRUE(cv.has_waiters());
    cv.signal();
    run(std::move(a));
    EXPECT_FALSE(b.available());
    cv.broadcast();
    run(std::move(b));
    run(std::move(c));
    EXPECT_FALSE(cv.has_waiters());
}

TEST_F(condition_variable_test, a_signal_without_a_waiter_is_kept_once_and_a_broadcast_is_not) {
    condition_variable cv;
    cv.signal();
    cv.signal();
    EXPECT_TRUE(cv.wait().available());
    cv.broadcast();
    auto f = cv.wait();
    EXPECT_FALSE(f.available());
    cv.signal();
    run(std::move(f));
}

TEST_F(condition_variable_test, a_predicate_is_asked_before_and_after_each_wait) {
    condition_variable cv;
    int asked = 0;
    bool ready = false;
    auto f = cv.wait([&] {
        ++asked;
        return ready;
    });
    cv.signal();
    settle();
    EXPECT_EQ(asked, 2);
    EXPECT_FALSE(f.available());
    ready = true;
    cv.broadcast();
    run(std::move(f));
    run(cv.wait([] { return true; }));
    EXPECT_THROW(run(cv.when([]() -> bool { throw std::runtime_error("x"); })), std::runtime_error);
}

TEST_F(condition_variable_test, a_wait_with_a_deadline_fails_at_it) {
    condition_variable cv;
    EXPECT_THROW(run(cv.wait(1ms)), condition_variable_timed_out);
    EXPECT_THROW(run(cv.wait(1ms, [] { return false; })), condition_variable_timed_out);
    auto f = cv.wait(manual_clock::now() + 1s);
    auto g = cv.wait(manual_clock::now() + 1s, [] { return true; });
    EXPECT_TRUE(g.available());
    cv.signal();
    manual_clock::advance(2s);
    run(std::move(f));
    cv.signal();
    run(cv.wait(1ms));
}

TEST_F(condition_variable_test, a_wait_can_be_aborted) {
    condition_variable cv;
    abort_source as;
    auto first = cv.wait();
    auto second = cv.wait(as);
    auto third = cv.wait(as, [] { return false; });
    as.request_abort();
    EXPECT_THROW(run(std::move(second)), abort_requested_exception);
    EXPECT_THROW(run(std::move(third)), abort_requested_exception);
    EXPECT_FALSE(first.available());
    cv.signal();
    run(std::move(first));
    EXPECT_THROW(run(cv.wait(as)), abort_requested_exception);
    cv.signal(); // kept: there is nothing to wait for
    run(cv.when(as));
    run(cv.wait(as, [] { return true; }));
}

TEST_F(condition_variable_test, broken_fails_who_waits_and_who_will) {
    std::optional<condition_variable> cv(std::in_place);
    auto f = cv->wait();
    auto g = cv->wait([] { return false; });
    cv->broken();
    EXPECT_THROW(run(std::move(f)), broken_condition_variable);
    EXPECT_THROW(run(std::move(g)), broken_condition_variable);
    EXPECT_THROW(run(cv->wait()), broken_condition_variable);
    EXPECT_THROW(run(cv->wait(1s)), broken_condition_variable);
    cv.emplace();
    auto h = cv->wait();
    cv.reset();
    EXPECT_THROW(run(std::move(h)), broken_condition_variable);
    cv.emplace();
    cv->broken(std::runtime_error("mine"));
    EXPECT_THROW(run(cv->wait()), std::runtime_error);
}

class shared_mutex_test : public seastar::testing::loop_fixture {};

TEST_F(shared_mutex_test, readers_share_and_writers_do_not) {
    shared_mutex m;
    EXPECT_TRUE(m.lock_shared().available());
    EXPECT_TRUE(m.try_lock_shared());
    EXPECT_FALSE(m.try_lock());
    auto w = m.lock();
    EXPECT_FALSE(w.available());
    m.unlock_shared();
    m.unlock_shared();
    run(std::move(w));
    EXPECT_FALSE(m.try_lock_shared());
    m.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
}

TEST_F(shared_mutex_test, it_is_served_in_order_of_arrival) {
    shared_mutex m;
    std::string order;
    ASSERT_TRUE(m.try_lock());
    auto r1 = m.lock_shared().then([&] { order += "r1 "; });
    auto w = m.lock().then([&] { order += "w "; });
    auto r2 = m.lock_shared().then([&] { order += "r2 "; });
    m.unlock();
    settle();
    EXPECT_EQ(order, "r1 ");
    EXPECT_FALSE(m.try_lock_shared()); // behind the writer that waits
    m.unlock_shared();
    settle();
    EXPECT_EQ(order, "r1 w ");
    m.unlock();
    run(std::move(r2));
    EXPECT_EQ(order, "r1 w r2 ");
    m.unlock_shared();
    EXPECT_TRUE(r1.available() && w.available());
}

TEST_F(shared_mutex_test, scopes_give_it_up_whatever_happens) {
    shared_mutex m;
    EXPECT_THROW(run(with_shared(m, []() -> future<> { throw std::runtime_error("x"); })), std::runtime_error);
    EXPECT_EQ(run(with_lock(m, [] { return yield().then([] { return 4; }); })), 4);
    {
        auto shared = run(get_shared_lock(m));
        EXPECT_FALSE(m.try_lock());
    }
    {
        auto unique = run(get_unique_lock(m));
        EXPECT_FALSE(m.try_lock_shared());
    }
    EXPECT_TRUE(m.try_lock());
    m.unlock();
}

class rwlock_test : public seastar::testing::loop_fixture {};

TEST_F(rwlock_test, readers_share_and_writers_do_not) {
    rwlock l;
    run(l.read_lock());
    EXPECT_TRUE(l.try_read_lock());
    EXPECT_FALSE(l.try_write_lock());
    EXPECT_TRUE(l.locked());
    auto w = l.write_lock();
    l.read_unlock();
    EXPECT_FALSE(w.available());
    l.read_unlock();
    run(std::move(w));
    EXPECT_FALSE(l.try_read_lock());
    l.write_unlock();
    EXPECT_FALSE(l.locked());
}

TEST_F(rwlock_test, a_lock_can_be_given_up_waiting_for) {
    rwlock l;
    auto held = run(l.hold_write_lock());
    EXPECT_THROW(run(l.read_lock(rwlock::time_point::clock::now() + 1ms)), semaphore_timed_out);
    abort_source as;
    auto f = l.hold_read_lock(as);
    as.request_abort();
    EXPECT_THROW(run(std::move(f)), semaphore_aborted);
    EXPECT_FALSE(l.try_hold_read_lock());
    held.return_all();
    EXPECT_TRUE(l.try_hold_write_lock());
    EXPECT_FALSE(l.locked());
}

TEST_F(rwlock_test, its_faces_are_locks_for_with_lock) {
    rwlock l;
    run(with_lock(l.for_read(), [&] {
        EXPECT_FALSE(l.try_write_lock());
        return yield();
    }));
    run(with_lock(l.for_write(), [&] {
        EXPECT_FALSE(l.try_read_lock());
        return yield();
    }));
    EXPECT_FALSE(l.locked());
}

}
