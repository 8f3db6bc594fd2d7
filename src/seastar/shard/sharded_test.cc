#include "shard/shard_fixture.hh"

#include <seastar/core/distributed.hh>
#include <seastar/core/map_reduce.hh>
#include <seastar/core/sharded.hh>

#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>

namespace seastar::shard {

namespace {

struct service {
    static inline std::atomic<int> alive{0};
    static inline std::atomic<int> stopped{0};
    static inline std::atomic<int> wrong_shard{0};
    static inline std::atomic<unsigned> fails_on{~0u};
    std::string text;
    unsigned home = this_shard_id();

    explicit service(std::string t) : text(std::move(t)) {
        if (fails_on == this_shard_id()) {
            throw std::runtime_error("constructor");
        }
        ++alive;
    }
    ~service() {
        --alive;
        check();
    }
    void check() const { wrong_shard += home != this_shard_id(); }
    future<> stop() {
        check();
        ++stopped;
        return make_ready_future<>();
    }
    std::string joined(std::string a, int b) const {
        check();
        return text + a + std::to_string(b);
    }
    void append(const std::string& s) { text += s; }
    const std::string& reference() const { return text; }
};

class sharded_test : public ::testing::Test {
protected:
    void SetUp() override {
        service::alive = service::stopped = service::wrong_shard = 0;
        service::fails_on = ~0u;
    }
    void TearDown() override {
        EXPECT_EQ(service::alive, 0);
        EXPECT_EQ(service::wrong_shard, 0);
    }
    test_node n{3};
    sharded<service> s;
};

}

TEST_F(sharded_test, start_makes_one_object_per_shard_and_stop_takes_them_down) {
    n.run([&] {
        return s.start(std::string("hello")).then([&] {
            EXPECT_EQ(service::alive, 3);
            EXPECT_TRUE(s.local_is_initialized());
            EXPECT_EQ(s.local().text, "hello");
            EXPECT_EQ(s.local_shared()->home, 0u);
            return s.stop();
        }).then([&] {
            EXPECT_EQ(service::stopped, 3);
            EXPECT_EQ(service::alive, 0);
            EXPECT_FALSE(s.local_is_initialized());
            return s.stop(); // again: nothing
        });
    });
}

TEST_F(sharded_test, start_after_stop_works_again) {
    n.run([&] {
        return s.start("a").then([&] { return s.stop(); }).then([&] { return s.start("b"); }).then([&] {
            EXPECT_EQ(s.local().text, "b");
            return s.stop();
        });
    });
}

TEST_F(sharded_test, a_constructor_that_fails_on_one_shard_fails_the_start_and_leaves_nothing) {
    service::fails_on = 2;
    n.run([&] {
        return s.start("x").then_wrapped([&](future<> f) {
            EXPECT_THROW(f.get(), std::runtime_error);
            EXPECT_EQ(service::alive, 0);
            EXPECT_EQ(service::stopped, 2);
        });
    });
}

TEST_F(sharded_test, start_single_makes_one_object_on_shard_0) {
    n.run([&] {
        return s.start_single("one").then([&] {
            EXPECT_EQ(service::alive, 1);
            return s.invoke_on(0, &service::reference);
        }).then([&](std::string text) {
            EXPECT_EQ(text, "one");
            return s.invoke_on(1, &service::reference);
        }).then_wrapped([&](future<std::string> f) {
            EXPECT_THROW(f.get(), no_sharded_instance_exception);
            return s.stop();
        });
    });
}

TEST_F(sharded_test, invoke_on_takes_functions_and_members_with_arguments) {
    n.run([&] {
        return s.start("s").then([&] {
            return s.invoke_on(1, [](service& local, int n) { return local.joined("-", n); }, 7);
        }).then([&](std::string r) {
            EXPECT_EQ(r, "s-7");
            return s.invoke_on(2, &service::joined, "+", 8);
        }).then([&](std::string r) {
            EXPECT_EQ(r, "s+8");
            return s.invoke_on(2, [](service&, std::unique_ptr<int> p) { return *p; }, std::make_unique<int>(3));
        }).then([&](int i) {
            EXPECT_EQ(i, 3);
            return s.stop();
        });
    });
}

TEST_F(sharded_test, invoke_on_all_and_others_pass_copies_of_the_arguments) {
    n.run([&] {
        return s.start("").then([&] {
            return s.invoke_on_all(&service::append, std::string("all"));
        }).then([&] {
            return s.invoke_on_others([](service& local, std::string t) { local.append(t); }, std::string("!"));
        }).then([&] {
            return s.map([](service& local) { return local.text; });
        }).then([&](std::vector<std::string> texts) {
            EXPECT_EQ(texts, (std::vector<std::string>{"all", "all!", "all!"}));
            return s.stop();
        });
    });
}

namespace {
struct sum_up {
    int sum = 0;
    future<> operator()(int v) {
        sum = sum * 10 + v;
        return make_ready_future<>();
    }
    int get() { return sum; }
};
}

TEST_F(sharded_test, map_reduce_passes_arguments_and_takes_reducers_that_are_used_up) {
    n.run([this] {
        return s.start("x").then([this] {
            return s.map_reduce(adder<std::string>(), &service::joined, std::string("-"), 3);
        }).then([this](std::string all) {
            EXPECT_EQ(all, "x-3x-3x-3");
            return s.stop();
        });
    });
}

TEST_F(sharded_test, a_const_one_is_reduced_with_const_services) {
    n.run([this] {
        return s.start("x").then([this] {
            return std::as_const(s).map_reduce0([](const service& local) { return local.home; }, 0u, std::plus<>());
        }).then([this](unsigned sum) {
            EXPECT_EQ(sum, 3u);
            auto plus = [](const service& local, unsigned more) { return local.home + more; };
            return std::as_const(s).map_reduce(adder<unsigned>(), plus, 10u);
        }).then([this](unsigned sum) {
            EXPECT_EQ(sum, 33u);
            return s.stop();
        });
    });
}

TEST_F(sharded_test, invoke_on_takes_several_shards) {
    n.run([this] {
        return s.start("x").then([this] {
            return s.invoke_on(std::vector<unsigned>{0, 2}, &service::append, std::string("y"));
        }).then([this] {
            return s.invoke_on(std::views::iota(2u, 3u), [](service& local) { local.text += "z"; });
        }).then([this] {
            return s.map(&service::reference);
        }).then([this](std::vector<std::string> texts) {
            EXPECT_EQ(texts, (std::vector<std::string>{"xy", "x", "xyz"}));
            return s.stop();
        });
    });
}

TEST_F(sharded_test, map_reduce_goes_in_order_of_the_shards) {
    n.run([&] {
        return s.start("x").then([&] {
            return s.map_reduce0([](service& local) { return int(local.home) + 1; }, 0,
                                 [](int sum, int v) { return sum * 10 + v; });
        }).then([&](int sum) {
            EXPECT_EQ(sum, 123);
            return s.map_reduce(sum_up(), [](service& local) { return make_ready_future<int>(int(local.home) + 4); });
        }).then([&](int sum) {
            EXPECT_EQ(sum, 456);
            return s.stop();
        });
    });
}

namespace {

struct lower {
    unsigned home = this_shard_id();
};
struct upper {
    lower& below;
    int number;
    upper(lower& below, int number) : below(below), number(number) {}
};
struct uppermost {
    sharded<lower>& all;
    explicit uppermost(sharded<lower>& all) : all(all) {}
};

}

TEST(sharded, arguments_may_be_other_services_and_made_on_each_shard) {
    test_node n(2);
    sharded<lower> low;
    sharded<upper> high;
    sharded<uppermost> highest;
    n.run([&] {
        return low.start().then([&] {
            auto number = sharded_parameter([](lower& l) { return int(l.home) * 100; }, std::ref(low));
            return high.start(std::ref(low), std::move(number));
        }).then([&] { return highest.start(std::ref(low)); }).then([&] {
            return high.invoke_on(1, [](upper& u) {
                EXPECT_EQ(u.below.home, 1u);
                return u.number;
            });
        }).then([&](int number) {
            EXPECT_EQ(number, 100);
            EXPECT_EQ(&highest.local().all, &low);
            return highest.stop();
        }).then([&] { return high.stop(); }).then([&] { return low.stop(); });
    });
}

namespace {
struct peer : peering_sharded_service<peer> {
    future<unsigned> next_one() {
        return container().invoke_on((this_shard_id() + 1) % smp::count, [](peer&) { return this_shard_id(); });
    }
};
struct held : async_sharded_service<held> {
    static inline std::atomic<int> alive{0};
    held() { ++alive; }
    ~held() { --alive; }
};
}

TEST(sharded, peers_know_their_container) {
    test_node n(2);
    distributed<peer> s;
    n.run([&] {
        return s.start().then([&] { return s.invoke_on(1, &peer::next_one); }).then([&](unsigned id) {
            EXPECT_EQ(id, 0u);
            return s.stop();
        });
    });
}

TEST(sharded, stop_waits_for_those_who_hold_an_async_service) {
    test_node n(2);
    sharded<held> s;
    n.run([&] {
        return s.start().then([&] {
            auto holder = s.local_shared();
            auto stopped = s.stop();
            EXPECT_FALSE(stopped.available());
            return smp::submit_to(1, [] {}).then([] { return smp::submit_to(1, [] {}); }).then(
                [holder, stopped = std::move(stopped)]() mutable {
                    EXPECT_FALSE(stopped.available());
                    EXPECT_GE(held::alive, 1);
                    holder = nullptr;
                    return std::move(stopped);
                });
        }).then([] { EXPECT_EQ(held::alive, 0); });
    });
}

TEST(sharded_death, a_forgotten_stop_is_reported_with_the_name_of_the_service) {
    // In a child, since the instances are lost.
    EXPECT_EXIT({
        test_node n(2);
        n.run([] {
            auto s = std::make_unique<sharded<lower>>();
            auto started = s->start();
            return started.finally([s = std::move(s)] {});
        });
        ::_exit(3);
    }, ::testing::ExitedWithCode(3), "ERROR .*lower.*stopped.*backtrace: .*0x");
}

TEST(sharded_death, a_forgotten_stop_aborts_when_asked_to) {
    EXPECT_EXIT({
        node_options options;
        options.abort_on_leaked_service = true;
        test_node n(1, kernel::backend::epoll, options);
        n.run([] {
            auto s = std::make_unique<sharded<lower>>();
            auto started = s->start();
            return started.finally([s = std::move(s)] {});
        });
        ::_exit(3);
    }, ::testing::KilledBySignal(SIGABRT), "lower");
}

// ---- foreign_ptr

namespace {

struct thing {
    static inline std::atomic<int> destroyed_on[3]{};
    int value;
    explicit thing(int v) : value(v) {}
    ~thing() { ++destroyed_on[this_shard_id()]; }
    static void reset() {
        for (auto& d : destroyed_on) {
            d = 0;
        }
    }
};

}

TEST(foreign_ptr, destroys_the_object_on_its_home_shard) {
    thing::reset();
    test_node n(2);
    n.run([] {
        return smp::submit_to(1, [] { return make_foreign(std::make_unique<thing>(7)); }).then(
            [](foreign_ptr<std::unique_ptr<thing>> p) {
                EXPECT_EQ(p.get_owner_shard(), 1u);
                EXPECT_EQ(p->value, 7);
                EXPECT_EQ((*p).value, 7);
                EXPECT_TRUE(p);
            });
    });
    EXPECT_EQ(thing::destroyed_on[0], 0);
    EXPECT_EQ(thing::destroyed_on[1], 1);
}

TEST(foreign_ptr, destroy_says_when_it_is_done) {
    thing::reset();
    test_node n(2);
    n.run([] {
        return smp::submit_to(1, [] { return make_foreign(std::make_unique<thing>(7)); }).then(
            [](foreign_ptr<std::unique_ptr<thing>> p) { return p.destroy(); }).then([] {
                EXPECT_EQ(thing::destroyed_on[1], 1);
            });
    });
}

TEST(foreign_ptr, copies_are_made_at_home) {
    thing::reset();
    test_node n(2);
    using ptr = foreign_ptr<lw_shared_ptr<thing>>;
    static_assert(!std::is_copy_constructible_v<ptr>);
    static_assert(std::is_nothrow_move_constructible_v<ptr>);
    n.run([] {
        return smp::submit_to(1, [] { return make_foreign(make_lw_shared<thing>(3)); }).then([](ptr a) {
            auto kept = std::make_unique<ptr>(std::move(a));
            auto copy = kept->copy();
            return copy.then([kept = std::move(kept)](ptr b) {
                EXPECT_EQ(b.get_owner_shard(), 1u);
                EXPECT_EQ(b.get(), kept->get());
            });
        });
    });
    EXPECT_EQ(thing::destroyed_on[0], 0);
    EXPECT_EQ(thing::destroyed_on[1], 1);
}

TEST(foreign_ptr, can_be_assigned_reset_released_and_unwrapped) {
    thing::reset();
    test_node n(2);
    n.run([] {
        return smp::submit_to(1, [] { return make_foreign(std::make_unique<thing>(1)); }).then(
            [](foreign_ptr<std::unique_ptr<thing>> p) {
                foreign_ptr<std::unique_ptr<thing>> q = make_foreign(std::make_unique<thing>(2));
                q = std::move(p); // 2 goes here
                EXPECT_EQ(thing::destroyed_on[0], 1);
                EXPECT_EQ(q->value, 1);
                q.reset(std::make_unique<thing>(3)); // 1 goes home
                EXPECT_EQ(q.get_owner_shard(), 0u);
                auto own = q.release();
                EXPECT_EQ(own->value, 3);
                EXPECT_EQ(q.get(), nullptr);
                q.reset(std::move(own));
                EXPECT_EQ(q.unwrap_on_owner_shard()->value, 3);
            });
    });
    EXPECT_EQ(thing::destroyed_on[0], 2);
    EXPECT_EQ(thing::destroyed_on[1], 1);
}

}
