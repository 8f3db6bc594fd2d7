#include "shard/spsc_ring.hh"
#include "shard/sleep_state.hh"
#include "shard/shard_fixture.hh"

#include <seastar/core/smp.hh>

#include <memory>
#include <set>

namespace seastar::shard {

TEST(spsc_ring, items_are_not_seen_before_they_are_published) {
    spsc_ring<int, 4> ring;
    int item = 1;
    EXPECT_TRUE(ring.push(&item));
    EXPECT_TRUE(ring.empty());
    EXPECT_TRUE(ring.publish());
    EXPECT_FALSE(ring.publish());
    EXPECT_FALSE(ring.empty());
}

TEST(spsc_ring, a_full_ring_takes_nothing_until_the_consumer_has_been_there) {
    spsc_ring<int, 4> ring;
    int items[8];
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(ring.push(&items[i]));
    }
    EXPECT_FALSE(ring.push(&items[4]));
    ring.publish();
    std::vector<int*> taken;
    EXPECT_EQ(ring.drain([&](int* i) { taken.push_back(i); }), 4u);
    EXPECT_EQ(taken, (std::vector<int*>{&items[0], &items[1], &items[2], &items[3]}));
    EXPECT_TRUE(ring.push(&items[4]));
    EXPECT_TRUE(ring.empty());
}

TEST(spsc_ring, two_threads_pass_everything_in_order) {
    constexpr size_t count = 1'000'000;
    spsc_ring<size_t, 64> ring;
    std::vector<size_t> items(count);
    for (size_t i = 0; i < count; ++i) {
        items[i] = i;
    }
    std::thread producer([&] {
        for (size_t i = 0; i < count;) {
            if (ring.push(&items[i])) {
                ++i;
            } else {
                std::this_thread::yield();
            }
            ring.publish();
        }
    });
    size_t next = 0;
    size_t wrong = 0;
    while (next < count) {
        if (ring.drain([&](size_t* i) { wrong += *i != next++; }) == 0) {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
}

// The protocol alone, with real sleeps: each side waits for the other's answer, so that one lost wake-up hangs the
// test.
TEST(sleep_state, no_wake_up_is_lost_in_a_hundred_thousand_rounds) {
    constexpr unsigned rounds = 100'000;
    struct side {
        sleep_state sleep;
        std::atomic<unsigned> work{0}; // published by the other side
        std::atomic<unsigned> bell{0};
        uint64_t wakes = 0; // sent
        void wait_for(unsigned value) {
            while (work.load(std::memory_order_acquire) < value) {
                auto heard = bell.load(std::memory_order_acquire);
                sleep.announce_sleep();
                if (work.load(std::memory_order_seq_cst) < value) {
                    bell.wait(heard, std::memory_order_acquire);
                }
                sleep.announce_wake();
            }
        }
        void publish_to(side& other, unsigned value) {
            other.work.store(value, std::memory_order_seq_cst);
            if (other.sleep.must_wake()) {
                ++wakes;
                other.bell.fetch_add(1, std::memory_order_release);
                other.bell.notify_one();
            }
        }
    };
    side a, b;
    std::thread other([&] {
        for (unsigned i = 1; i <= rounds; ++i) {
            b.wait_for(i);
            b.publish_to(a, i);
        }
    });
    for (unsigned i = 1; i <= rounds; ++i) {
        a.publish_to(b, i);
        a.wait_for(i);
    }
    other.join();
    EXPECT_LE(a.wakes, rounds);
    EXPECT_LE(b.wakes, rounds);
}

class mesh_test : public ::testing::TestWithParam<kernel::backend> {
protected:
    void SetUp() override {
        int error = 0;
        if (!kernel::make_ring(GetParam(), error)) {
            GTEST_SKIP() << "this machine does not allow it: " << error;
        }
    }
};
INSTANTIATE_TEST_SUITE_P(rings, mesh_test, ::testing::Values(kernel::backend::epoll, kernel::backend::io_uring),
                         [](auto& info) { return info.param == kernel::backend::epoll ? "epoll" : "io_uring"; });

namespace {

/// Sends `count` requests to `target`, all at once, each of which answers with its number.
future<size_t> flood(unsigned target, size_t count) {
    struct state {
        size_t left;
        size_t right = 0;
        promise<size_t> done;
    };
    auto s = std::make_shared<state>();
    s->left = count;
    auto result = s->done.get_future();
    for (size_t i = 0; i < count; ++i) {
        (void)smp::submit_to(target, [i] { return i; }).then([s, i](size_t answer) {
            s->right += answer == i;
            if (--s->left == 0) {
                s->done.set_value(s->right);
            }
        });
    }
    return result;
}

/// One message at a time, there and back, `rounds` times.
future<> ping(unsigned target, unsigned rounds) {
    if (rounds == 0) {
        return make_ready_future<>();
    }
    return smp::submit_to(target, [] {}).then([target, rounds] { return ping(target, rounds - 1); });
}

}

TEST_P(mesh_test, shards_that_flood_each_other_both_get_all_answers) {
    constexpr size_t count = 50'000;
    test_node n(2, GetParam());
    size_t there = 0, back = 0;
    n.run([&] {
        auto other = smp::submit_to(1, [] { return flood(0, count); });
        return flood(1, count).then([&, other = std::move(other)](size_t right) mutable {
            there = right;
            return other.then([&](size_t right) { back = right; });
        });
    });
    EXPECT_EQ(there, count);
    EXPECT_EQ(back, count);
}

TEST_P(mesh_test, shards_that_sleep_between_messages_are_woken_every_time) {
    test_node n(2, GetParam());
    uint64_t wakes = 0;
    n.run([&] {
        return ping(1, 20'000).then([&] { wakes = this_member().port().stats().wakes; });
    });
    EXPECT_GT(wakes, 0u);
    EXPECT_LE(wakes, 20'002u);
}

TEST(mesh, requests_begin_in_the_order_in_which_they_were_sent) {
    test_node n(2);
    unsigned next = 0, wrong = 0;
    n.run([&] {
        auto all = std::make_shared<internal::gather>();
        for (unsigned i = 0; i < 5000; ++i) {
            all->add(smp::submit_to(1, [&, i] { wrong += i != next++; }));
        }
        return all->done().finally([all] {});
    });
    EXPECT_EQ(next, 5000u);
    EXPECT_EQ(wrong, 0u);
}

TEST(mesh, what_a_shard_sends_in_one_turn_wakes_its_peer_once) {
    test_node n(2);
    uint64_t wakes = 0;
    n.run([&] {
        auto before = this_member().port().stats().wakes;
        return flood(1, 100).then([&wakes, before](size_t) {
            wakes = this_member().port().stats().wakes - before;
        });
    });
    EXPECT_LE(wakes, 1u);
}

TEST(mesh, every_shard_reaches_every_other) {
    constexpr unsigned shards = 5;
    test_node n(shards);
    std::atomic<unsigned> arrived{0};
    n.run([&] {
        return smp::invoke_on_all([&arrived] {
            return smp::invoke_on_all([&arrived] { ++arrived; });
        });
    });
    EXPECT_EQ(arrived, shards * shards);
}

}
