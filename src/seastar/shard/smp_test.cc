#include "shard/shard_fixture.hh"

#include <seastar/core/semaphore.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/timer.hh>

#include <algorithm>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>

namespace seastar::shard {

namespace {

/// Counts, by shard, where copies of it are destroyed.
struct tracked {
    static inline std::atomic<int> alive{0};
    static inline std::atomic<int> wrong_shard{0};
    unsigned home = this_shard_id();
    tracked() { ++alive; }
    tracked(const tracked& other) : home(other.home) { ++alive; }
    tracked(tracked&& other) noexcept : home(other.home) { ++alive; }
    ~tracked() {
        --alive;
        wrong_shard += home != this_shard_id();
    }
    static void reset() {
        alive = 0;
        wrong_shard = 0;
    }
};

future<> after_ms(unsigned ms) {
    auto t = std::make_shared<timer<>>();
    auto done = std::make_shared<promise<>>();
    t->set_callback([done] { done->set_value(); });
    t->arm(std::chrono::milliseconds(ms));
    return done->get_future().finally([t] {});
}

}

static_assert(std::ranges::view<internal::shard_range> && std::ranges::borrowed_range<internal::shard_range>);
static_assert(std::ranges::random_access_range<internal::shard_range> &&
              std::ranges::sized_range<internal::shard_range> && std::ranges::common_range<internal::shard_range>);

TEST(shard_range, counts_as_iota_does) {
    internal::shard_range five(5);
    EXPECT_TRUE(std::ranges::equal(five, std::views::iota(0u, 5u)));
    EXPECT_TRUE(std::ranges::equal(five | std::views::reverse, std::views::iota(0u, 5u) | std::views::reverse));
    EXPECT_TRUE(std::ranges::equal(five | std::views::drop(3), std::views::iota(3u, 5u)));
    EXPECT_EQ(five.end() - five.begin(), 5);
    EXPECT_EQ(five.begin() - five.end(), -5);
    EXPECT_EQ(five.begin()[4], 4u);
    EXPECT_EQ(*(five.end() - 2), 3u);
    EXPECT_EQ(five[1], 1u);
    EXPECT_EQ(five.back(), 4u);
    EXPECT_TRUE(internal::shard_range().empty());
}

TEST(smp, values_nothing_futures_and_exceptions_come_back) {
    test_node n(2);
    int steps = 0;
    n.run([&] {
        return smp::submit_to(1, [] { return this_shard_id(); }).then([&](unsigned id) {
            EXPECT_EQ(id, 1u);
            EXPECT_EQ(this_shard_id(), 0u);
            ++steps;
            return smp::submit_to(1, [] {});
        }).then([&] {
            ++steps;
            return smp::submit_to(1, [] { return after_ms(1).then([] { return std::string("late"); }); });
        }).then([&](std::string s) {
            EXPECT_EQ(s, "late");
            ++steps;
            return smp::submit_to(1, []() -> int { throw std::runtime_error("thrown"); });
        }).then_wrapped([&](future<int> f) {
            EXPECT_THROW(f.get(), std::runtime_error);
            ++steps;
            return smp::submit_to(1, [] { return make_exception_future<>(std::logic_error("future")); });
        }).then_wrapped([&](future<> f) {
            EXPECT_THROW(f.get(), std::logic_error);
            ++steps;
        });
    });
    EXPECT_EQ(steps, 5);
}

TEST(smp, a_message_to_the_shard_itself_runs_at_once) {
    test_node n(1);
    n.run([] {
        bool ran = false;
        auto f = smp::submit_to(0, [&ran] { ran = true; });
        EXPECT_TRUE(ran);
        EXPECT_TRUE(f.available());
        return f;
    });
}

TEST(smp, a_closure_lives_until_its_future_is_resolved_here_too) {
    for (unsigned target : {0u, 1u}) {
        test_node n(2);
        std::string seen;
        n.run([&] {
            return smp::submit_to(target, [text = std::string("a text that is too long to stand in the string itself"),
                                           &seen] { return after_ms(1).then([&text, &seen] { seen = text; }); });
        });
        EXPECT_EQ(seen, "a text that is too long to stand in the string itself");
    }
}

TEST(smp, functions_and_results_may_be_movable_only) {
    test_node n(2);
    n.run([] {
        return smp::submit_to(1, [p = std::make_unique<int>(5)]() mutable {
            ++*p;
            return std::move(p);
        }).then([](std::unique_ptr<int> p) { EXPECT_EQ(*p, 6); });
    });
}

TEST(smp, a_function_is_destroyed_on_the_shard_that_sent_it) {
    tracked::reset();
    test_node n(2);
    n.run([] {
        return smp::submit_to(1, [t = tracked()] {}).then([] {
            return smp::submit_to(1, [t = tracked()] { return after_ms(1); });
        }).then([] {
            return smp::submit_to(1, [t = tracked()] { throw std::runtime_error("x"); });
        }).handle_exception([](std::exception_ptr) {});
    });
    EXPECT_EQ(tracked::alive, 0);
    EXPECT_EQ(tracked::wrong_shard, 0);
}

TEST(smp, the_scheduling_group_travels_along) {
    test_node n(2);
    n.run([] {
        return create_scheduling_group("traveller", 200).then([](scheduling_group sg) {
            auto done = std::make_shared<promise<scheduling_group>>();
            auto result = done->get_future();
            timer<> t(sg, [done] {
                (void)smp::submit_to(1, [] { return current_scheduling_group(); }).then([done](scheduling_group there) {
                    done->set_value(there);
                });
            });
            auto kept = std::make_shared<timer<>>(std::move(t));
            kept->arm(std::chrono::nanoseconds(1));
            return result.then([sg, kept](scheduling_group there) { EXPECT_EQ(there, sg); });
        });
    });
}

TEST(smp, invoke_on_all_runs_everywhere_and_waits_for_all) {
    test_node n(3);
    std::atomic<unsigned> shards{0};
    n.run([&] {
        return smp::invoke_on_all([&] {
            return after_ms(this_shard_id()).then([&] { shards |= 1u << this_shard_id(); });
        });
    });
    EXPECT_EQ(shards, 7u);
}

TEST(smp, invoke_on_others_leaves_out_this_shard) {
    test_node n(3);
    std::atomic<unsigned> shards{0};
    n.run([&] {
        return smp::invoke_on_others([&] { shards |= 1u << this_shard_id(); }).then([&] {
            EXPECT_EQ(shards, 6u);
            return smp::invoke_on_others(2, [&] { shards |= 8u << this_shard_id(); });
        });
    });
    EXPECT_EQ(shards, 6u + 8u + 16u);
}

TEST(smp, invoke_on_all_fails_after_all_have_ended) {
    test_node n(3);
    std::atomic<int> ended{0};
    n.run([&] {
        return smp::invoke_on_all([&] {
            if (this_shard_id() == 1) {
                throw std::runtime_error("one");
            }
            return after_ms(2).then([&] { ++ended; });
        }).then_wrapped([&](future<> f) {
            EXPECT_TRUE(f.failed());
            f.ignore_ready_future();
            EXPECT_EQ(ended, 2);
        });
    });
}

TEST(smp, the_number_of_shards_is_known_on_shards_only) {
    EXPECT_EQ(smp::count, 0u);
    test_node n(3);
    n.run([] {
        EXPECT_EQ(this_smp_shard_count(), 3u);
        return smp::submit_to(2, [] { EXPECT_EQ(smp::count, 3u); });
    });
    EXPECT_EQ(smp::count, 0u);
}

namespace {

/// Counts how many calls run on this shard at a time.
struct concurrency {
    unsigned now = 0;
    unsigned most = 0;
    future<> run() {
        most = std::max(most, ++now);
        return after_ms(1).then([this] { --now; });
    }
};

}

TEST(smp_service_group, no_more_messages_than_the_group_allows_are_under_way) {
    test_node n(2);
    concurrency there;
    n.run([&] {
        smp_service_group_config config;
        config.max_nonlocal_requests = 3;
        return create_smp_service_group(config).then([&](smp_service_group group) {
            internal::gather all;
            for (int i = 0; i < 20; ++i) {
                all.add(smp::submit_to(1, group, [&] { return there.run(); }));
            }
            return all.done().then([group] { return destroy_smp_service_group(group); });
        });
    });
    EXPECT_EQ(there.most, 3u);
}

TEST(smp_service_group, messages_of_another_group_do_not_wait) {
    test_node n(2);
    n.run([] {
        return create_smp_service_group({}).then([](smp_service_group group) {
            // The first message of the group ends when one of no group has been there.
            auto released = std::make_shared<promise<>>();
            auto blocked = smp::submit_to(1, group, [released] { return released->get_future(); });
            auto behind = smp::submit_to(1, group, [] {});
            return smp::submit_to(1, [released] { released->set_value(); }).then(
                [blocked = std::move(blocked), behind = std::move(behind)]() mutable {
                    return blocked.then([behind = std::move(behind)]() mutable { return std::move(behind); });
                });
        });
    });
}

TEST(smp_submit_to_options, a_message_that_has_not_left_by_its_deadline_fails_and_does_not_run) {
    test_node n(2);
    bool ran = false;
    n.run([&] {
        return create_smp_service_group({}).then([&](smp_service_group group) {
            auto released = std::make_shared<promise<>>();
            auto blocked = smp::submit_to(1, group, [released] { return released->get_future(); });
            smp_submit_to_options options(group, smp_timeout_clock::now() + std::chrono::milliseconds(5));
            auto late = smp::submit_to(1, options, [&] { ran = true; });
            return late.then_wrapped([released](future<> f) {
                EXPECT_THROW(f.get(), semaphore_timed_out);
                return smp::submit_to(1, [released] { released->set_value(); });
            }).then([blocked = std::move(blocked)]() mutable { return std::move(blocked); });
        });
    });
    EXPECT_FALSE(ran);
}

TEST(scheduling_groups, have_the_same_number_name_and_shares_on_all_shards) {
    test_node n(3);
    n.run([] {
        return create_scheduling_group("statistics", "stat", 250).then([](scheduling_group sg) {
            return smp::invoke_on_all([sg] {
                EXPECT_EQ(sg.name(), "statistics");
                EXPECT_EQ(sg.short_name(), "stat");
                EXPECT_EQ(sg.get_shares(), 250);
            }).then([sg] { return rename_scheduling_group(sg, "other"); }).then([sg] {
                return smp::submit_to(2, [sg] { EXPECT_EQ(sg.name(), "other"); });
            });
        });
    });
}

TEST(scheduling_groups, end_at_a_limit_and_can_be_used_again) {
    test_node n(2);
    n.run([] {
        auto made = std::make_shared<std::vector<scheduling_group>>();
        internal::gather all;
        for (unsigned i = 1; i < max_scheduling_groups(); ++i) {
            all.add(create_scheduling_group("g", 100).then([made](scheduling_group g) { made->push_back(g); }));
        }
        return all.done().then([] { return create_scheduling_group("one too many", 1); }).then_wrapped(
            [made](future<scheduling_group> f) {
                EXPECT_THROW(f.get(), std::runtime_error);
                return destroy_scheduling_group(made->back());
            }).then([] { return create_scheduling_group("again", 1); }).then([made](scheduling_group g) {
                EXPECT_EQ(g, made->back());
            });
    });
}

}
