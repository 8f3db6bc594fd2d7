// Generators. Compilers that take the captures apart wrongly do not run this.
#if defined(__clang__)

#include <seastar/coroutine/generator.hh>

#include "future/test_loop.hh"

#include <seastar/core/circular_buffer.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/later.hh>

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace seastar;
using namespace std::chrono_literals;
using coroutine::experimental::buffer_size_t;
using coroutine::experimental::elements_of;
using coroutine::experimental::generator;

namespace {

class generator_test : public seastar::testing::loop_fixture {};

generator<int> count(int n, std::string* log = nullptr) {
    for (int i = 0; i < n; ++i) {
        if (log) {
            *log += std::to_string(i);
        }
        co_yield i;
    }
    if (log) {
        *log += "e";
    }
}

generator<int> count_slowly(int n) {
    for (int i = 0; i < n; ++i) {
        co_await yield();
        co_yield i;
        co_await yield();
    }
}

template <typename Generator>
future<std::vector<typename Generator::value_type>> all_of(Generator g) {
    std::vector<typename Generator::value_type> values;
    while (auto value = co_await g()) {
        values.push_back(std::move(*value));
    }
    EXPECT_FALSE(co_await g()); // and stays at its end
    co_return values;
}

const std::vector<int> zero_to_three{0, 1, 2, 3};

TEST_F(generator_test, yields_values_that_are_ready) { EXPECT_EQ(run(all_of(count(4))), zero_to_three); }

TEST_F(generator_test, yields_values_that_it_waits_for) { EXPECT_EQ(run(all_of(count_slowly(4))), zero_to_three); }

TEST_F(generator_test, of_nothing_ends_at_once) { EXPECT_TRUE(run(all_of(count(0))).empty()); }

TEST_F(generator_test, runs_only_when_a_value_is_wanted) {
    std::string log;
    auto g = count(2, &log);
    EXPECT_EQ(log, "");
    auto consume = [](generator<int>& g) -> future<std::optional<int>> { co_return co_await g(); };
    EXPECT_EQ(run(consume(g)), 0);
    EXPECT_EQ(log, "0");
    EXPECT_EQ(run(consume(g)), 1);
    EXPECT_EQ(log, "01");
    EXPECT_EQ(run(consume(g)), std::nullopt);
    EXPECT_EQ(log, "01e");
}

TEST_F(generator_test, needs_no_stack_for_many_values) {
    auto sum = [](generator<int> g) -> future<long> {
        long sum = 0;
        while (auto value = co_await g()) {
            sum += *value;
        }
        co_return sum;
    };
    EXPECT_EQ(run(sum(count(1'000'000))), 499'999'500'000);
}

generator<std::unique_ptr<int>> move_only() {
    co_yield std::make_unique<int>(1);
    co_yield std::make_unique<int>(2);
}

TEST_F(generator_test, yields_what_can_only_be_moved) {
    auto values = run(all_of(move_only()));
    ASSERT_EQ(values.size(), 2u);
    EXPECT_EQ(*values[1], 2);
}

generator<int> fail_after_one(bool wait) {
    co_yield 1;
    if (wait) {
        co_await yield();
    }
    throw std::runtime_error("generator");
}

TEST_F(generator_test, passes_on_what_it_throws_behind_its_values) {
    auto consume = [](generator<int> g) -> future<std::string> {
        std::string log;
        try {
            while (auto value = co_await g()) {
                log += std::to_string(*value);
            }
        } catch (const std::runtime_error& e) {
            log += e.what();
        }
        co_return log;
    };
    EXPECT_EQ(run(consume(fail_after_one(false))), "1generator");
    EXPECT_EQ(run(consume(fail_after_one(true))), "1generator");
}

template <template <typename...> class Container>
generator<int, Container> count_buffered(buffer_size_t, int n, int* made, bool wait) {
    for (int i = 0; i < n; ++i) {
        if (wait) {
            co_await yield();
        }
        ++*made;
        co_yield i;
    }
}

TEST_F(generator_test, with_a_buffer_runs_ahead_while_there_is_room) {
    int made = 0;
    auto g = count_buffered<circular_buffer>(buffer_size_t(3), 4, &made, true);
    auto first = [](generator<int, circular_buffer>& g) -> future<std::optional<int>> { co_return co_await g(); };
    EXPECT_EQ(run(first(g)), 0);
    settle();
    EXPECT_GE(made, 3);
    EXPECT_LE(made, 4); // three in the buffer, one taken
    EXPECT_EQ(run(all_of(std::move(g))), (std::vector<int>{1, 2, 3}));
}

TEST_F(generator_test, with_a_buffer_yields_all_in_order) {
    int made = 0;
    EXPECT_EQ(run(all_of(count_buffered<std::deque>(buffer_size_t(3), 4, &made, false))), zero_to_three);
    EXPECT_EQ(run(all_of(count_buffered<std::deque>(buffer_size_t(1), 4, &made, true))), zero_to_three);
    EXPECT_EQ(run(all_of(count_buffered<std::deque>(buffer_size_t(9), 4, &made, true))), zero_to_three);
    EXPECT_EQ(made, 12);
}

generator<int> nested(std::vector<int> tail) {
    co_yield elements_of(count(2));
    co_yield elements_of(count_slowly(1));
    co_yield elements_of(std::move(tail));
    co_yield 9;
}

TEST_F(generator_test, yields_the_elements_of_others) {
    EXPECT_EQ(run(all_of(nested({5, 6}))), (std::vector<int>{0, 1, 0, 5, 6, 9}));
}

struct counted {
    static inline int alive = 0;
    counted() { ++alive; }
    counted(const counted&) { ++alive; }
    ~counted() { --alive; }
};

generator<int> holds(promise<>& p, bool rest) {
    counted local;
    co_yield 1;
    if (!rest) {
        co_await p.get_future();
    }
    co_yield 2;
}
generator<int> forwards(promise<>& p, bool rest) {
    counted local;
    co_yield elements_of(holds(p, rest));
}

TEST_F(generator_test, is_destroyed_where_it_rests) {
    auto consume_one = [](generator<int> g) -> future<> { (void)co_await g(); };
    promise<> p;
    { auto never_started = holds(p, true); }
    run(consume_one(holds(p, true)));
    EXPECT_EQ(counted::alive, 0);
    run(consume_one(forwards(p, true)));
    EXPECT_EQ(counted::alive, 0);
}

// A consumer that is no coroutine, so that it can go away while it waits.
struct impatient final : task {
    int woken = 0;
    void run_and_dispose() noexcept override { ++woken; }
    task* waiting_task() noexcept override { return nullptr; }
};

TEST_F(generator_test, ends_at_its_next_value_when_nobody_wants_it_any_more) {
    for (auto make : {holds, forwards}) {
        promise<> p;
        impatient consumer;
        {
            auto g = make(p, false);
            auto one = [](generator<int>& g) -> future<> { (void)co_await g(); };
            run(one(g));
            EXPECT_TRUE(g().wait(consumer)); // for the promise
        }
        EXPECT_GT(counted::alive, 0);
        p.set_value();
        settle();
        EXPECT_EQ(counted::alive, 0);
        EXPECT_EQ(consumer.woken, 0);
    }
}

}

#endif
