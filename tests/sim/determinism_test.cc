#include "kvstore_run.hh"

#include <gtest/gtest.h>

namespace sim_test {
namespace {

TEST(simulation, the_same_seed_gives_the_same_run) {
    for (uint64_t seed : {1, 2, 3}) {
        run_options options;
        options.seed = seed;
        auto first = run_kvstore(options);
        auto second = run_kvstore(options);
        EXPECT_EQ(first.trace, second.trace) << seed;
        EXPECT_EQ(first.events, second.events);
        EXPECT_EQ(first.wrong, std::vector<std::string>{});
        EXPECT_GT(first.answered, 50u);
    }
}

TEST(simulation, other_seeds_give_other_runs) {
    run_options options;
    auto first = run_kvstore(options);
    options.seed = 1;
    EXPECT_NE(first.trace, run_kvstore(options).trace);
}

TEST(simulation, calls_are_lost_where_connections_are_reset_only) {
    size_t lost = 0;
    for (uint64_t seed = 0; seed < 12; ++seed) {
        run_options options;
        options.seed = seed;
        auto result = run_kvstore(options);
        EXPECT_EQ(result.wrong, std::vector<std::string>{}) << seed;
        EXPECT_TRUE(seed % 3 != 0 || result.lost == 0);
        lost += result.lost;
    }
    EXPECT_GT(lost, 0u);
}

}
}
