#include "shard/alien_impl.hh"
#include "shard/shard_fixture.hh"

#include <seastar/core/alien.hh>
#include <seastar/core/smp.hh>

namespace seastar::shard {

TEST(alien, threads_that_are_no_shard_get_work_done_and_answers) {
    test_node n(2);
    alien::instance shards;
    shards.internals().connect(&n.node().mesh());
    std::atomic<int> ran{0};
    std::thread foreigner;
    n.run([&] {
        auto done = std::make_shared<promise<>>();
        auto result = done->get_future();
        foreigner = std::thread([&, done] {
            for (int i = 0; i < 1000; ++i) {
                alien::run_on(shards, i % 2, [&] { ++ran; });
            }
            EXPECT_EQ(alien::submit_to(shards, 1, [] { return this_shard_id(); }).get(), 1u);
            EXPECT_EQ(alien::submit_to(shards, 1, [] {
                return smp::submit_to(0, [] { return this_shard_id() + 10; });
            }).get(), 10u);
            alien::submit_to(shards, 0, [] {}).get();
            EXPECT_THROW(alien::submit_to(shards, 0, [] { throw std::runtime_error("x"); }).get(), std::runtime_error);
            alien::run_on(shards, 0, [done] { done->set_value(); });
        });
        return result;
    });
    foreigner.join();
    EXPECT_EQ(ran, 1000);
}

TEST(alien, many_threads_at_once_lose_nothing) {
    test_node n(1);
    alien::instance shards;
    shards.internals().connect(&n.node().mesh());
    constexpr int threads = 4, each = 5000;
    int ran = 0; // on shard 0 only
    std::vector<std::thread> foreigners;
    n.run([&] {
        auto done = std::make_shared<promise<>>();
        auto result = done->get_future();
        for (int t = 0; t < threads; ++t) {
            foreigners.emplace_back([&, done] {
                for (int i = 0; i < each; ++i) {
                    alien::run_on(shards, 0, [&, done] {
                        if (++ran == threads * each) {
                            done->set_value();
                        }
                    });
                }
            });
        }
        return result;
    });
    for (auto& t : foreigners) {
        t.join();
    }
    EXPECT_EQ(ran, threads * each);
}

TEST(alien, without_shards_the_answer_is_a_broken_promise) {
    alien::instance shards;
    EXPECT_THROW(alien::submit_to(shards, 0, [] { return 1; }).get(), std::future_error);
    test_node n(1);
    shards.internals().connect(&n.node().mesh());
    EXPECT_THROW(alien::submit_to(shards, 0, [] { return 1; }).get(), std::future_error);
    shards.internals().connect(nullptr);
}

}
