#include "loop/idle_polling.hh"
#include "loop/manual_ring.hh"
#include "loop/shard.hh"

#include <gtest/gtest.h>

#include <algorithm>

namespace seastar::loop {
namespace {

constexpr kernel::nanoseconds longest = 10'000;

/// Idle periods, each of which ends after so long; how many had a look.
unsigned looks(idle_polling& polling, unsigned periods, kernel::nanoseconds until_work) {
    unsigned count = 0;
    for (unsigned i = 0; i < periods; ++i) {
        if (auto limit = polling.next()) {
            ++count;
            polling.ended(std::min(limit, until_work), until_work < limit);
        }
    }
    return count;
}

TEST(idle_polling_test, looks_while_work_comes_sooner_than_a_sleep_would_cost) {
    idle_polling polling(longest, false);
    EXPECT_EQ(looks(polling, 10'000, idle_polling::cost_of_sleep - 1), 10'000u);
    EXPECT_TRUE(polling.pays());
}

TEST(idle_polling_test, gives_up_where_work_comes_late_and_notices_when_that_changes) {
    for (kernel::nanoseconds late : {idle_polling::cost_of_sleep * 2, longest * 100}) {
        idle_polling polling(longest, false);
        looks(polling, 1'000, late);
        EXPECT_FALSE(polling.pays()) << late;
        EXPECT_LE(looks(polling, 100 * idle_polling::look_one_in, late), 101u) << late;
        looks(polling, 32 * idle_polling::look_one_in, 1'000);
        EXPECT_TRUE(polling.pays()) << late;
    }
}

TEST(idle_polling_test, a_rare_long_wait_does_not_turn_it_off) {
    idle_polling polling(longest, false);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(looks(polling, 99, 1'000), 99u);
        looks(polling, 1, longest * 10);
    }
}

TEST(idle_polling_test, looks_always_or_never_where_it_is_told_to) {
    idle_polling always(longest, true);
    EXPECT_EQ(looks(always, 1'000, longest * 10), 1'000u);
    idle_polling never(0, false);
    EXPECT_EQ(looks(never, 1'000, 1), 0u);
}

/// Has something for the shard at a time that the test sets.
struct timed_poller final : poller {
    kernel::ring& clock;
    kernel::nanoseconds due = 0;
    explicit timed_poller(kernel::ring& r) : clock(r) {}
    bool poll() noexcept override { return clock.now() >= due; }
    bool before_sleep() noexcept override { return true; }
    void after_sleep() noexcept override {}
};

TEST(idle_polling_test, a_shard_sleeps_when_its_look_finds_nothing_in_time) {
    manual_ring ring;
    ring.step = 100;
    shard_options options;
    options.preempt = false;
    options.idle_poll_time = longest;
    loop::shard shard(ring, options);
    timed_poller work(ring);
    shard.add(work);
    work.due = ring.time + 5'000;
    shard.idle(ring.time + 1'000'000);
    EXPECT_EQ(ring.waits, 0);
    EXPECT_GE(ring.time, work.due);
    work.due = kernel::never;
    shard.idle(ring.time + 1'000'000);
    EXPECT_EQ(ring.waits, 1);
    // A look never lasts longer than until the next timer.
    auto due = ring.time + 3'000;
    shard.idle(due);
    EXPECT_EQ(ring.last_deadline, due);
    shard.remove(work);
}

}
}
