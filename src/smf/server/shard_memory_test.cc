#include "shard_memory.hh"

#include <gtest/gtest.h>

#include <vector>

namespace smf {
namespace {

struct waiting : shard_memory::waiter {
    shard_memory& memory;
    std::vector<int>& order;
    int number;
    uint64_t gives_back;
    waiting(shard_memory& m, std::vector<int>& o, int n, uint64_t back = 0)
        : memory(m), order(o), number(n), gives_back(back) {}
    void memory_granted() noexcept override {
        order.push_back(number);
        if (gives_back) {
            memory.release(gives_back);
        }
    }
};

TEST(ShardMemory, GrantsInOrderOfArrival) {
    shard_memory m(100);
    std::vector<int> order;
    waiting first(m, order, 0), large(m, order, 1), small(m, order, 2);
    EXPECT_TRUE(m.reserve(60, first));
    EXPECT_FALSE(m.reserve(60, large));
    EXPECT_FALSE(m.reserve(10, small)); // would fit, and waits its turn
    m.release(20);
    EXPECT_EQ(order, std::vector<int>{1});
    m.release(40);
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
    EXPECT_EQ(m.used(), 70u);
    m.release(70);
    EXPECT_EQ(m.used(), 0u);
}

TEST(ShardMemory, GrantsToThoseBehindOneThatLeaves) {
    shard_memory m(100);
    std::vector<int> order;
    waiting first(m, order, 0), large(m, order, 1), small(m, order, 2);
    EXPECT_TRUE(m.reserve(60, first));
    EXPECT_FALSE(m.reserve(100, large));
    EXPECT_FALSE(m.reserve(10, small));
    m.forget(large);
    EXPECT_EQ(order, std::vector<int>{2});
    m.forget(small); // no effect: it does not wait
    m.release(70);
    EXPECT_EQ(m.used(), 0u);
}

TEST(ShardMemory, LetsAGrantReleaseAgain) {
    shard_memory m(10);
    std::vector<int> order;
    waiting first(m, order, 0), second(m, order, 1, 10), third(m, order, 2, 10);
    EXPECT_TRUE(m.reserve(10, first));
    EXPECT_FALSE(m.reserve(10, second));
    EXPECT_FALSE(m.reserve(10, third));
    m.release(10);
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
    EXPECT_EQ(m.used(), 0u);
}

TEST(ShardMemory, CountsForcedBytesAgainstTheLimit) {
    shard_memory m(100);
    std::vector<int> order;
    waiting w(m, order, 1);
    m.force(150);
    EXPECT_TRUE(m.is_short());
    EXPECT_FALSE(m.reserve(1, w));
    m.release(51);
    EXPECT_EQ(order, std::vector<int>{1});
    m.release(100);
    EXPECT_FALSE(m.is_short());
}

}
}
