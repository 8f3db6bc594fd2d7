// What passes values between fibers: pipes, queues, streams, execution stages; and closing things.
#include <seastar/core/execution_stage.hh>
#include <seastar/core/pipe.hh>
#include <seastar/core/queue.hh>
#include <seastar/core/stream.hh>

#include "future/test_loop.hh"

#include <seastar/core/loop.hh>
#include <seastar/core/thread.hh>
#include <seastar/core/with_scheduling_group.hh>
#include <seastar/util/closeable.hh>
#include <seastar/util/later.hh>

#include <memory>
#include <optional>
#include <ranges>
#include <string>

using namespace seastar;

namespace {

class passing_test : public seastar::testing::loop_fixture {};

template <typename T>
void drop(T) {}

TEST_F(passing_test, a_pipe_holds_as_many_items_as_it_is_long_and_keeps_their_order) {
    seastar::pipe<std::unique_ptr<int>> p(2);
    run(p.writer.write(std::make_unique<int>(1)));
    run(p.writer.write(std::make_unique<int>(2)));
    auto full = p.writer.write(std::make_unique<int>(3));
    EXPECT_FALSE(full.available());
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(**run(p.reader.read()), i);
    }
    run(std::move(full));
    auto empty = p.reader.read();
    EXPECT_FALSE(empty.available());
    run(p.writer.write(std::make_unique<int>(4)));
    EXPECT_EQ(**run(std::move(empty)), 4);
}

TEST_F(passing_test, a_reader_gets_what_was_written_before_the_writer_went) {
    seastar::pipe<int> p(5);
    run(p.writer.write(1));
    drop(std::move(p.writer));
    EXPECT_EQ(run(p.reader.read()), 1);
    EXPECT_EQ(run(p.reader.read()), std::nullopt);
    EXPECT_EQ(run(p.reader.read()), std::nullopt);
}

TEST_F(passing_test, the_end_of_a_pipe_wakes_who_waits_at_the_other_one) {
    seastar::pipe<int> p(1);
    auto read = p.reader.read();
    drop(std::move(p.writer));
    EXPECT_EQ(run(std::move(read)), std::nullopt);
    seastar::pipe<int> q(1);
    run(q.writer.write(1));
    auto write = q.writer.write(2);
    drop(std::move(q.reader));
    EXPECT_THROW(run(std::move(write)), broken_pipe_exception);
    EXPECT_THROW(run(q.writer.write(3)), broken_pipe_exception);
}

TEST_F(passing_test, one_item_can_be_put_back) {
    seastar::pipe<int> p(1);
    run(p.writer.write(1));
    auto v = run(p.reader.read());
    p.reader.unread(std::move(*v));
    EXPECT_THROW(p.reader.unread(2), unread_overflow_exception);
    auto moved = std::move(p.reader);
    EXPECT_EQ(run(moved.read()), 1);
}

TEST_F(passing_test, a_queue_is_bounded) {
    queue<std::unique_ptr<int>> q(2);
    EXPECT_TRUE(q.push(std::make_unique<int>(1)));
    run(q.push_eventually(std::make_unique<int>(2)));
    EXPECT_TRUE(q.full());
    EXPECT_FALSE(q.push(std::make_unique<int>(3)));
    auto later = q.push_eventually(std::make_unique<int>(3));
    EXPECT_FALSE(later.available());
    EXPECT_EQ(*q.front(), 1);
    EXPECT_EQ(*q.pop(), 1);
    run(std::move(later));
    EXPECT_EQ(*run(q.pop_eventually()), 2);
    EXPECT_EQ(*run(q.pop_eventually()), 3);
    auto next = q.pop_eventually();
    EXPECT_TRUE(q.has_blocked_consumer());
    q.push(std::make_unique<int>(4));
    EXPECT_EQ(*run(std::move(next)), 4);
    EXPECT_TRUE(q.empty());
}

TEST_F(passing_test, a_wait_for_a_queue_can_be_aborted) {
    queue<int> q(1);
    abort_source as;
    auto popping = q.pop_eventually(as);
    EXPECT_FALSE(popping.available());
    as.request_abort();
    EXPECT_THROW(run(std::move(popping)), abort_requested_exception);
    EXPECT_THROW(run(q.pop_eventually(as)), abort_requested_exception);
    run(q.push_eventually(1, as)); // there is room: nothing to wait for
    EXPECT_THROW(run(q.push_eventually(2, as)), abort_requested_exception);
    abort_source other;
    auto pushing = q.push_eventually(3, other);
    EXPECT_EQ(q.pop(), 1); // what was aborted is not in it
    run(std::move(pushing));
    other.request_abort(); // too late
    EXPECT_EQ(run(q.pop_eventually(other)), 3);
}

TEST_F(passing_test, a_queue_that_grows_has_room_for_who_waits) {
    queue<int> q(1);
    q.push(1);
    auto later = q.push_eventually(2);
    q.set_max_size(2);
    run(std::move(later));
    EXPECT_EQ(q.size(), 2u);
    int sum = 0;
    EXPECT_TRUE(q.consume([&](int i) {
        sum += i;
        return true;
    }));
    EXPECT_EQ(sum, 3);
    run(q.not_full());
}

TEST_F(passing_test, an_aborted_queue_fails_who_waits_and_who_will) {
    queue<int> q(1);
    auto pop = q.pop_eventually();
    q.abort(std::make_exception_ptr(std::runtime_error("x")));
    EXPECT_THROW(run(std::move(pop)), std::runtime_error);
    EXPECT_THROW(run(q.pop_eventually()), std::runtime_error);
    EXPECT_THROW(run(q.push_eventually(1)), std::runtime_error);
    EXPECT_THROW(run(q.not_empty()), std::runtime_error);
}

TEST_F(passing_test, a_stream_gives_its_listener_one_value_at_a_time) {
    stream<int> s;
    promise<> p;
    std::string seen;
    auto sub = s.listen([&](int i) {
        seen += std::to_string(i);
        return p.get_future();
    });
    run(s.started());
    auto produced = s.produce(1);
    EXPECT_FALSE(produced.available());
    p.set_value();
    run(std::move(produced));
    s.close();
    run(sub.done());
    EXPECT_EQ(seen, "1");
}

TEST_F(passing_test, a_listener_that_fails_ends_the_stream) {
    stream<int> s;
    auto sub = s.listen([](int) -> future<> { throw std::runtime_error("x"); });
    EXPECT_THROW(run(s.produce(1)), std::runtime_error);
    run(s.produce(2));
    EXPECT_THROW(run(sub.done()), std::runtime_error);
    s.close();
}

struct counter {
    int calls = 0;
    future<int> later(int v) {
        ++calls;
        return yield().then([v] { return v + 1; });
    }
    int now(std::unique_ptr<int> p) const { return *p; }
};

TEST_F(passing_test, a_stage_calls_later_in_order_and_gives_each_caller_its_result) {
    counter c;
    auto stage = make_execution_stage("test", &counter::later);
    std::vector<future<int>> all;
    for (int i = 0; i < 1000; ++i) {
        all.push_back(stage(&c, int(i)));
    }
    EXPECT_EQ(c.calls, 0);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(run(std::move(all[static_cast<size_t>(i)])), i + 1);
    }
    EXPECT_EQ(stage.get_stats().function_calls_executed, 1000u);
    EXPECT_EQ(stage.get_stats().function_calls_enqueued, 1000u);
    EXPECT_EQ(stage.get_stats().tasks_scheduled, 1 + stage.get_stats().tasks_preempted);
    EXPECT_FALSE(stage.flush());
}

TEST_F(passing_test, stages_take_const_members_functions_references_and_failures) {
    counter c;
    auto member = make_execution_stage("member", &counter::now);
    EXPECT_EQ(run(member(&c, std::make_unique<int>(8))), 8);
    auto reference =
        make_execution_stage("reference", [](int& i, const std::string& s) { i += static_cast<int>(s.size()); });
    int i = 1;
    std::string s = "ab";
    run(reference(seastar::ref(i), seastar::cref(s)));
    EXPECT_EQ(i, 3);
    auto failing = make_execution_stage("failing", []() -> int { throw std::runtime_error("x"); });
    EXPECT_THROW(run(failing()), std::runtime_error);
}

TEST_F(passing_test, two_stages_of_a_thread_have_two_names) {
    auto make = [] { return make_execution_stage("one", [](int i) { return i; }); };
    {
        auto moved = make();
        auto stage = std::move(moved);
        EXPECT_THROW(make(), std::invalid_argument);
        EXPECT_EQ(run(stage(3)), 3);
    }
    EXPECT_EQ(make().name(), "one"); // free again
}

TEST_F(passing_test, a_caller_that_never_lets_the_loop_turn_piles_up_a_bounded_number_of_calls) {
    int done = 0;
    auto stage = make_execution_stage("bounded", [&](int) { ++done; });
    std::vector<future<>> all;
    int most = 0;
    for (int i = 0; i < 100'000; ++i) {
        all.push_back(stage(int(i)));
        most = std::max(most, i + 1 - done);
    }
    EXPECT_LT(most, 10'000);
    for (auto& f : all) {
        run(std::move(f));
    }
    EXPECT_EQ(done, 100'000);
}

TEST_F(passing_test, an_inheriting_stage_calls_in_the_callers_group) {
    auto group = internal::scheduling_group_from_index(5);
    inheriting_concrete_execution_stage<unsigned> stage("inheriting", [] {
        return internal::scheduling_group_index(current_scheduling_group());
    });
    EXPECT_EQ(run(stage()), internal::scheduling_group_index(current_scheduling_group()));
    EXPECT_EQ(run(with_scheduling_group(group, [&] { return stage(); })), 5u);
    auto stats = stage.get_stats();
    ASSERT_EQ(stats.size(), 2u);
    EXPECT_TRUE(stats[1].sg == group);
    EXPECT_EQ(stats[1].stats.function_calls_executed, 1u);
}

struct closing {
    std::string* log;
    explicit closing(std::string& l) : log(&l) {}
    future<> close() {
        return yield().then([this] { *log += 'c'; });
    }
    future<> stop() {
        return yield().then([this] { *log += 's'; });
    }
};

TEST_F(passing_test, things_are_closed_at_the_end_of_their_scope) {
    std::string log;
    run(async([&] {
        closing a(log);
        closing b(log);
        deferred_close close(a);
        deferred_stop stop(b);
        log += 'x';
    }));
    EXPECT_EQ(log, "xsc");
    run(async([&] {
        closing a(log);
        deferred_close close(a);
        close.close_now();
        deferred_close not_this(a);
        not_this.cancel();
    }));
    EXPECT_EQ(log, "xscc");
    log.clear();
    EXPECT_EQ(run(with_closeable(closing(log), [](closing& c) {
                  *c.log += 'x';
                  return 3;
              })), 3);
    EXPECT_THROW(run(with_stoppable(closing(log), [](closing&) -> int { throw std::runtime_error("x"); })),
                 std::runtime_error);
    EXPECT_EQ(log, "xcs");
}

}
