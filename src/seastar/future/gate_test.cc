#include <seastar/core/gate.hh>

#include "future/allocation_count.hh"
#include "future/test_loop.hh"

#include <seastar/core/do_with.hh>
#include <seastar/util/later.hh>

#include <string>

using namespace seastar;

namespace {

class gate_test : public seastar::testing::loop_fixture {};

TEST_F(gate_test, close_waits_for_who_is_in_and_lets_nobody_in) {
    gate g;
    g.enter();
    EXPECT_TRUE(g.try_enter());
    EXPECT_EQ(g.get_count(), 2u);
    g.check();
    auto closed = g.close();
    EXPECT_TRUE(g.is_closed());
    EXPECT_THROW(g.enter(), gate_closed_exception);
    EXPECT_THROW(g.check(), gate_closed_exception);
    EXPECT_THROW((void)g.hold(), gate_closed_exception);
    EXPECT_FALSE(g.try_enter());
    EXPECT_FALSE(g.try_hold());
    g.leave();
    EXPECT_FALSE(closed.available());
    g.leave();
    run(std::move(closed));
}

TEST_F(gate_test, an_empty_gate_closes_at_once) {
    gate g;
    EXPECT_TRUE(g.close().available());
    EXPECT_STREQ(gate_closed_exception().what(), "gate closed");
}

TEST_F(gate_test, a_holder_leaves_once_and_its_copy_too) {
    gate g;
    auto a = g.hold();
    {
        auto b = a;
        EXPECT_EQ(g.get_count(), 2u);
        auto c = std::move(b);
        EXPECT_EQ(g.get_count(), 2u);
    }
    EXPECT_EQ(g.get_count(), 1u);
    auto closed = g.close();
    auto late = a;
    a.release();
    EXPECT_FALSE(a);
    EXPECT_FALSE(closed.available());
    late = gate::holder();
    run(std::move(closed));
}

TEST_F(gate_test, with_gate_leaves_when_the_future_has_resolved) {
    gate g;
    promise<int> p;
    auto f = with_gate(g, [&] { return p.get_future(); });
    EXPECT_EQ(g.get_count(), 1u);
    EXPECT_THROW(run(with_gate(g, []() -> future<> { throw std::runtime_error("x"); })), std::runtime_error);
    EXPECT_EQ(g.get_count(), 1u);
    auto closed = g.close();
    p.set_value(3);
    EXPECT_EQ(run(std::move(f)), 3);
    run(std::move(closed));
    EXPECT_THROW((void)with_gate(g, [] { return 1; }), gate_closed_exception);
    EXPECT_THROW(run(try_with_gate(g, [] { return 1; })), gate_closed_exception);
}

TEST_F(gate_test, what_is_ready_passes_without_an_allocation) {
    gate g;
    seastar::testing::allocation_count count;
    EXPECT_EQ(with_gate(g, [] { return make_ready_future<int>(1); }).get(), 1);
    EXPECT_EQ(try_with_gate(g, [] { return 2; }).get(), 2);
    EXPECT_EQ(count.blocks(), 0u);
}

TEST_F(gate_test, a_gate_moves_into_do_with) {
    run(do_with(gate(), [](gate& g) {
        g.enter();
        auto closed = g.close();
        g.leave();
        return closed;
    }));
}

TEST_F(gate_test, a_named_one_says_its_name) {
    named_gate g("disk");
    run(g.close());
    try {
        g.enter();
        FAIL();
    } catch (const gate_closed_exception& e) {
        EXPECT_NE(std::string(e.what()).find("disk"), std::string::npos);
    }
}

using gate_death_test = gate_test;

TEST_F(gate_death_test, a_gate_that_goes_while_it_is_held_is_a_bug) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_DEATH({ gate g; g.enter(); }, "gate");
    EXPECT_DEATH({ gate g; (void)g.close(); (void)g.close(); }, "close");
    EXPECT_DEATH({ gate g; g.leave(); }, "leave");
}

#if defined(__clang__)
TEST_F(gate_test, the_captures_of_a_coroutine_live_until_it_ends) {
    gate g;
    auto alive = std::make_shared<int>(3);
    auto body = [alive]() -> future<int> {
        co_await yield();
        co_return *alive;
    };
    auto copy = [&] { return body; };
    auto f = with_gate(g, copy());
    EXPECT_EQ(run(try_with_gate(g, copy())), 3);
    EXPECT_EQ(run(std::move(f)), 3);
    EXPECT_EQ(alive.use_count(), 2);
}
#endif

}
