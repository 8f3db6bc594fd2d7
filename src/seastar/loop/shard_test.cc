#include "base/sanitizer.hh"
#include "kernel/clock.hh"
#include "loop/manual_ring.hh"
#include "loop/shard.hh"
#include "memory/loaded_objects.hh"

#include <seastar/core/lowres_clock.hh>
#include <seastar/core/manual_clock.hh>
#include <seastar/core/preempt.hh>
#include <seastar/core/timer.hh>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <regex>
#include <string>
#include <thread>
#include <vector>

using namespace seastar;
using namespace std::chrono_literals;

namespace {

// Deletes itself after it ran.
class function_task final : public task {
    std::function<void()> _f;

public:
    explicit function_task(std::function<void()> f, scheduling_group g = scheduling_group())
        : task(g), _f(std::move(f)) {}
    void run_and_dispose() noexcept override {
        _f();
        delete this;
    }
    task* waiting_task() noexcept override { return nullptr; }
};

scheduling_group group(unsigned i) { return internal::scheduling_group_from_index(i); }

class loop_test : public testing::Test {
public:
    loop::manual_ring _ring;
    loop::shard_options _options = [] {
        loop::shard_options o;
        o.preempt = false;
        return o;
    }();
    loop::shard _shard{_ring, _options};
    std::vector<int> _log;

    void at(int number, scheduling_group g = scheduling_group()) {
        schedule(new function_task([this, number] { _log.push_back(number); }, g));
    }
};

TEST_F(loop_test, tasks_run_first_in_first_out) {
    at(1);
    at(2);
    at(3);
    EXPECT_TRUE(_shard.turn());
    EXPECT_EQ(_log, (std::vector{1, 2, 3}));
    EXPECT_FALSE(_shard.turn());
}

TEST_F(loop_test, a_loop_sleeps_as_soon_as_nothing_is_left_and_not_before) {
    struct bringer final : loop::poller {
        loop_test& test;
        int left = 2;
        explicit bringer(loop_test& t) : test(t) {}
        bool poll() noexcept override {
            if (left == 0) {
                return false;
            }
            test.at(left--);
            return true;
        }
        bool before_sleep() noexcept override { return true; }
        void after_sleep() noexcept override {}
    } poller(*this);
    _shard.add(poller);
    auto deadline = _ring.time + 7'000'000;
    EXPECT_FALSE(_shard.run_until([] { return false; }, deadline));
    EXPECT_EQ(_log, (std::vector{2, 1}));
    EXPECT_EQ(_ring.waits, 1);
    EXPECT_EQ(_ring.time, deadline);
    // What a task makes true ends it without a sleep.
    at(3);
    EXPECT_TRUE(_shard.run_until([this] { return _log.size() == 3; }));
    EXPECT_EQ(_ring.waits, 1);
    _shard.remove(poller);
}

TEST(randomized_loop, draws_the_order_of_tasks_and_preemption_from_its_seed) {
    auto order = [](uint64_t seed) {
        loop::manual_ring ring;
        loop::shard_options options;
        options.preempt = false;
        options.randomize = true;
        options.seed = seed;
        loop::shard shard(ring, options);
        std::vector<int> log;
        unsigned preempted = 0;
        for (int i = 0; i < 100; ++i) {
            schedule(new function_task([&log, &preempted, i] {
                log.push_back(i);
                preempted += need_preempt();
            }));
        }
        while (shard.turn()) {
        }
        EXPECT_TRUE(preempted > 0 && preempted < 50) << preempted;
        EXPECT_FALSE(std::ranges::is_sorted(log));
        auto sorted = log;
        std::ranges::sort(sorted);
        EXPECT_EQ(sorted.size(), 100u);
        EXPECT_EQ(std::ranges::unique(sorted).begin(), sorted.end()); // each once
        return log;
    };
    EXPECT_EQ(order(1), order(1));
    EXPECT_NE(order(1), order(2));
}

TEST_F(loop_test, an_urgent_task_runs_before_the_others) {
    at(1);
    schedule_urgent(new function_task([this] { _log.push_back(0); }));
    _shard.turn();
    EXPECT_EQ(_log, (std::vector{0, 1}));
}

TEST_F(loop_test, run_one_runs_a_single_task) {
    at(1);
    at(2);
    EXPECT_TRUE(_shard.run_one());
    EXPECT_EQ(_log, std::vector{1});
    EXPECT_TRUE(_shard.run_one());
    EXPECT_FALSE(_shard.run_one());
}

TEST_F(loop_test, a_task_runs_in_its_group) {
    bool active = false;
    schedule(new function_task([&] { active = current_scheduling_group() == group(3); }, group(3)));
    _shard.turn();
    EXPECT_TRUE(active);
    EXPECT_EQ(current_scheduling_group(), default_scheduling_group());
}

TEST_F(loop_test, groups_share_time_by_their_shares) {
    _shard.queue().set_shares(1, 100);
    _shard.queue().set_shares(2, 300);
    int runs[3] = {};
    _ring.step = 1000;
    std::function<void(unsigned)> again = [&](unsigned g) {
        schedule(new function_task(
            [&, g] {
                ++runs[g];
                _ring.time += 100'000;
                again(g);
            },
            group(g)));
    };
    again(1);
    again(2);
    for (int i = 0; i < 4000; ++i) {
        _shard.run_one();
    }
    EXPECT_NEAR(static_cast<double>(runs[2]) / runs[1], 3.0, 0.05);
    // Leave nothing queued: the tasks stop re-queueing themselves.
    again = [](unsigned) {};
    while (_shard.run_one()) {
    }
}

TEST_F(loop_test, a_group_that_was_idle_has_saved_up_nothing) {
    int runs[3] = {};
    bool go_on = true;
    std::function<void(unsigned)> again = [&](unsigned g) {
        schedule(new function_task(
            [&, g] {
                ++runs[g];
                _ring.time += 100'000;
                if (go_on) {
                    again(g);
                }
            },
            group(g)));
    };
    again(1);
    for (int i = 0; i < 1000; ++i) {
        _shard.run_one();
    }
    again(2);
    runs[1] = 0;
    for (int i = 0; i < 1000; ++i) {
        _shard.run_one();
    }
    EXPECT_NEAR(runs[1], runs[2], 10);
    go_on = false;
    while (_shard.run_one()) {
    }
}

TEST_F(loop_test, timers_fire_in_order_and_not_before_their_time) {
    std::vector<int> fired;
    timer<> a([&] { fired.push_back(1); }), b([&] { fired.push_back(2); }), c([&] { fired.push_back(3); });
    auto start = steady_clock_type::time_point(std::chrono::nanoseconds(_ring.time));
    b.arm(start + 20ms);
    a.arm(start + 10ms);
    c.arm(start + 30ms);
    _ring.time += 9'999'999;
    _shard.turn();
    EXPECT_TRUE(fired.empty());
    _ring.time += 1;
    _shard.turn();
    EXPECT_EQ(fired, std::vector{1});
    _ring.time += 50'000'000;
    _shard.turn();
    EXPECT_EQ(fired, (std::vector{1, 2, 3}));
    EXPECT_FALSE(a.armed());
}

TEST_F(loop_test, a_cancelled_or_destroyed_timer_does_not_fire) {
    bool fired = false;
    auto due = steady_clock_type::time_point(std::chrono::nanoseconds(_ring.time + 1000));
    timer<> a([&] { fired = true; });
    a.arm(due);
    EXPECT_TRUE(a.cancel());
    EXPECT_FALSE(a.cancel());
    {
        timer<> b([&] { fired = true; });
        b.arm(due);
    }
    _ring.time += 10'000;
    _shard.turn();
    EXPECT_FALSE(fired);
}

TEST_F(loop_test, a_timer_may_cancel_another_that_is_due_too) {
    bool fired = false;
    auto due = steady_clock_type::time_point(std::chrono::nanoseconds(_ring.time + 1000));
    timer<> second([&] { fired = true; });
    timer<> first([&] { second.cancel(); });
    first.arm(due);
    second.arm(due);
    _ring.time += 10'000;
    _shard.turn();
    EXPECT_FALSE(fired);
}

TEST_F(loop_test, a_periodic_timer_skips_what_it_missed) {
    int fired = 0;
    timer<> t([&] { ++fired; });
    t.arm(steady_clock_type::time_point(std::chrono::nanoseconds(_ring.time + 1'000'000)), {1ms});
    _ring.time += 1'000'000;
    _shard.turn();
    EXPECT_EQ(fired, 1);
    _ring.time += 10'500'000;
    _shard.turn();
    EXPECT_EQ(fired, 2);
    _ring.time += 1'000'000;
    _shard.turn();
    EXPECT_EQ(fired, 3);
    EXPECT_TRUE(t.armed());
}

TEST_F(loop_test, a_moved_timer_fires_once) {
    int fired = 0;
    timer<> a([&] { ++fired; });
    a.arm(steady_clock_type::time_point(std::chrono::nanoseconds(_ring.time + 10)));
    timer<> b(std::move(a));
    EXPECT_TRUE(b.armed());
    _ring.time += 100;
    _shard.turn();
    EXPECT_EQ(fired, 1);
}

TEST_F(loop_test, ten_thousand_timers_fire_in_the_order_of_their_times) {
    std::mt19937 random(7);
    std::vector<int64_t> fired;
    std::vector<std::unique_ptr<timer<>>> timers;
    auto start = _ring.time;
    for (int i = 0; i < 10'000; ++i) {
        auto due = start + 1 + static_cast<int64_t>(random() % 1'000'000'000);
        timers.push_back(std::make_unique<timer<>>([&fired, due] { fired.push_back(due); }));
        timers.back()->arm(steady_clock_type::time_point(std::chrono::nanoseconds(due)));
    }
    for (size_t i = 0; i < timers.size(); i += 3) {
        timers[i]->cancel();
    }
    while (!_shard.timers(internal::timer_clock::steady).empty()) {
        auto next = _shard.timers(internal::timer_clock::steady).next_expiry();
        ASSERT_LE(next, start + 1'000'000'001);
        _ring.time = std::max(_ring.time, next) + 50'000'000;
        _shard.turn();
    }
    EXPECT_EQ(fired.size(), 6666u);
    EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end()));
}

TEST_F(loop_test, the_loop_sleeps_until_the_next_timer) {
    bool fired = false;
    timer<> t([&] { fired = true; });
    auto due = _ring.time + 7'000'000;
    t.arm(steady_clock_type::time_point(std::chrono::nanoseconds(due)));
    EXPECT_FALSE(_shard.turn());
    _shard.idle();
    EXPECT_EQ(_ring.last_deadline, due);
    _shard.turn();
    EXPECT_TRUE(fired);
    _shard.idle();
    EXPECT_EQ(_ring.last_deadline, kernel::never);
}

TEST_F(loop_test, coarse_timers_fire_within_their_step) {
    bool fired = false;
    timer<lowres_clock> t([&] { fired = true; });
    auto due = lowres_clock::now() + 3ms;
    t.arm(due);
    _shard.turn();
    _shard.idle();
    EXPECT_GE(_ring.last_deadline, due.time_since_epoch().count());
    EXPECT_LE(_ring.last_deadline, (due + 10ms).time_since_epoch().count());
    _shard.turn();
    EXPECT_TRUE(fired);
}

TEST_F(loop_test, manual_timers_fire_when_their_clock_is_advanced) {
    int fired = 0;
    timer<manual_clock> t([&] { ++fired; });
    t.arm(5s);
    manual_clock::advance(4s);
    EXPECT_EQ(fired, 0);
    manual_clock::advance(1s);
    EXPECT_EQ(fired, 1);
}

TEST_F(loop_test, a_hook_runs_at_the_end_of_the_turn_after_the_tasks) {
    struct hook final : internal::turn_end_hook {
        std::vector<int>& log;
        explicit hook(std::vector<int>& l) : log(l) {}
        void turn_ended() noexcept override { log.push_back(99); }
    } h(_log);
    schedule(new function_task([&] {
        internal::call_at_turn_end(h);
        internal::call_at_turn_end(h);
        at(2);
    }));
    _shard.turn();
    EXPECT_EQ(_log, (std::vector{2, 99}));
    _shard.turn();
    EXPECT_EQ(_log.size(), 2u);
    internal::call_at_turn_end(h);
    internal::forget_turn_end(h);
    _shard.turn();
    EXPECT_EQ(_log.size(), 2u);
}

TEST_F(loop_test, a_poller_can_call_off_the_sleep) {
    struct watcher final : loop::poller {
        bool work = false;
        int announced = 0, woken = 0;
        bool poll() noexcept override { return false; }
        bool before_sleep() noexcept override {
            ++announced;
            return !work;
        }
        void after_sleep() noexcept override { ++woken; }
    } first, second;
    _shard.add(first);
    _shard.add(second);
    second.work = true;
    _shard.idle();
    EXPECT_EQ(_ring.waits, 0);
    EXPECT_EQ(first.woken, 1);
    EXPECT_EQ(second.woken, 0);
    second.work = false;
    _shard.idle();
    EXPECT_EQ(_ring.waits, 1);
    EXPECT_EQ(second.woken, 1);
    _shard.remove(first);
    _shard.remove(second);
}

/// The alarms go by the kernel's clock.
struct timed_ring final : loop::manual_ring {
    kernel::nanoseconds now() noexcept override { return kernel::monotonic_now(); }
};

/// Rounds of so much each until need_preempt(); how long that took, and how often it was asked.
struct rounds {
    kernel::nanoseconds taken = 0;
    unsigned count = 0;

    explicit rounds(kernel::nanoseconds each) {
        auto start = kernel::monotonic_now();
        while (taken < 2'000'000'000) {
            auto end = kernel::monotonic_now() + each;
            while (kernel::monotonic_now() < end) {
            }
            ++count;
            bool enough = need_preempt();
            taken = kernel::monotonic_now() - start;
            if (enough) {
                return;
            }
        }
    }
};

TEST(preemption_test, the_flag_rises_when_the_quota_is_used_up_and_falls_with_the_next_turn) {
    timed_ring ring;
    loop::shard_options options;
    options.task_quota = 2'000'000;
    loop::shard shard(ring, options);
    for (kernel::nanoseconds each : {0, 1'000, 100'000, 700'000}) {
        schedule(new function_task([&] {
            EXPECT_FALSE(need_preempt());
            rounds r(each);
            EXPECT_GE(r.taken, options.task_quota * 9 / 10) << each; // the turn began before
            EXPECT_LT(r.taken, 2'000'000'000) << each;
            EXPECT_TRUE(need_preempt());
        }));
        shard.turn();
    }
}

TEST(preemption_test, rounds_of_any_length_are_asked_often_enough) {
    timed_ring ring;
    loop::shard shard(ring, loop::shard_options());
    // How often it is asked, not how long that takes: the machine may run something else meanwhile.
    for (kernel::nanoseconds each : {250'000, 2'000'000}) {
        schedule(new function_task([each] { EXPECT_LE(rounds(each).count, 4u) << each; }));
        shard.turn();
    }
}

TEST(preemption_test, short_turns_leave_the_timer_alone) {
    timed_ring ring;
    loop::shard_options options;
    options.task_quota = 1'000'000'000'000; // short is less than an eighth, whatever else the machine does
    loop::shard shard(ring, options);
    for (int turns = 0; turns < 100; ++turns) {
        schedule(new function_task([] {
            for (int i = 0; i < 100; ++i) {
                EXPECT_FALSE(need_preempt());
            }
        }));
        shard.turn();
    }
    EXPECT_FALSE(shard.alarms()->armed());
}

TEST(preemption_test, a_turn_that_goes_on_arms_the_timer) {
    timed_ring ring;
    loop::shard_options options;
    options.task_quota = 1'000'000'000;
    loop::shard shard(ring, options);
    schedule(new function_task([&] {
        auto end = kernel::monotonic_now() + 5'000'000'000;
        while (!shard.alarms()->armed() && !need_preempt() && kernel::monotonic_now() < end) {
        }
        EXPECT_TRUE(shard.alarms()->armed());
    }));
    shard.turn();
}

std::atomic<int64_t> reported_stall{0};

TEST(preemption_test, a_task_that_does_not_return_is_reported) {
    timed_ring ring;
    loop::shard_options options;
    options.stall_threshold = 5'000'000;
    loop::shard shard(ring, options);
    reported_stall = 0;
    shard.alarms()->set_reporter([](unsigned, int64_t ms) noexcept { reported_stall = ms; });
    schedule(new function_task([] {
        auto end = std::chrono::steady_clock::now() + 5s;
        while (reported_stall == 0 && std::chrono::steady_clock::now() < end) {
        }
    }));
    shard.turn();
    EXPECT_GE(reported_stall.load(), 5);
    EXPECT_GE(shard.alarms()->stalls(), 1u);
}

// Calls nothing, in builds without optimization neither: what is interrupted is this very function.
[[gnu::noinline]] void spin_until(const bool* flag) {
    while (!__atomic_load_n(flag, __ATOMIC_RELAXED)) {
    }
}

TEST(preemption_test, a_stall_report_begins_in_the_function_that_stalls) {
#if SEASTAR_INTERNAL_TSAN
    GTEST_SKIP() << "ThreadSanitizer holds signals back until the code calls something";
#endif
    timed_ring ring;
    loop::shard_options options;
    options.stall_threshold = 5'000'000;
    options.stall_reports_per_minute = 1; // the thread that ends the stall may be late
    loop::shard shard(ring, options);
    bool enough = false;
    std::thread watch([&] {
        auto end = std::chrono::steady_clock::now() + 5s;
        while (shard.alarms()->stalls() == 0 && std::chrono::steady_clock::now() < end) {
            std::this_thread::yield();
        }
        __atomic_store_n(&enough, true, __ATOMIC_RELAXED);
    });
    schedule(new function_task([&] { spin_until(&enough); }));
    testing::internal::CaptureStderr();
    shard.turn();
    watch.join();
    auto report = testing::internal::GetCapturedStderr();

    std::smatch found;
    ASSERT_TRUE(std::regex_match(report, found, std::regex("Reactor stalled for \\d+ ms on shard 0\\. Backtrace:"
                                                           " 0x([0-9a-f]+)((?: [^ ]*0x[0-9a-f]+)*)\n")))
        << report;
    auto [object, offset] = memory::loaded_objects().find(reinterpret_cast<uintptr_t>(&spin_until));
    EXPECT_EQ(object, "");
    EXPECT_LT(std::stoull(found[1], nullptr, 16) - offset, 128u) << report;
    EXPECT_NE(found[2], "") << report;
}

}
