#include "shard/shard_fixture.hh"

#include <seastar/core/scheduling_specific.hh>

#include <stdexcept>
#include <string>

namespace seastar::shard {

namespace {

struct counted_value {
    static inline std::atomic<int> alive{0};
    static inline std::atomic<int> fail_on_shard{-1};
    int number;
    std::string text;
    counted_value(int n, std::string t) : number(n), text(std::move(t)) {
        if (fail_on_shard == int(this_shard_id())) {
            throw std::runtime_error("constructor");
        }
        ++alive;
    }
    ~counted_value() { --alive; }
};

auto config() { return make_scheduling_group_key_config<counted_value>(7, std::string("text")); }

}

TEST(scheduling_specific, each_shard_has_a_value_for_each_group_made_before_and_after_the_key) {
    counted_value::alive = 0;
    test_node n(2);
    n.run([] {
        return create_scheduling_group("before", 100).then([](scheduling_group before) {
            auto kept = config(); // a config may serve for more than one key
            return scheduling_group_key_create(kept).then([before](scheduling_group_key key) {
                EXPECT_EQ(counted_value::alive, 4); // two groups on two shards
                return create_scheduling_group("after", 100).then([before, key](scheduling_group after) {
                    EXPECT_EQ(counted_value::alive, 6);
                    return smp::invoke_on_all([=]() mutable {
                        EXPECT_EQ(scheduling_group_get_specific<counted_value>(key).number, 7);
                        before.get_specific<counted_value>(key).number = 10 + int(this_shard_id());
                        after.get_specific<counted_value>(key).number = 20;
                        EXPECT_EQ(after.get_specific<counted_value>(key).text, "text");
                    }).then([=] {
                        return smp::submit_to(1, [=] {
                            return map_reduce_scheduling_group_specific<counted_value>(
                                [](counted_value& v) { return v.number; }, [](int a, int b) { return a * 100 + b; }, 0,
                                key);
                        });
                    }).then([=](int all) {
                        EXPECT_EQ(all, 71120);
                        return destroy_scheduling_group(after);
                    }).then([] { EXPECT_EQ(counted_value::alive, 4); });
                });
            });
        });
    });
    EXPECT_EQ(counted_value::alive, 0);
}

TEST(scheduling_specific, a_group_whose_values_cannot_be_made_is_not_made) {
    counted_value::alive = 0;
    test_node n(2);
    n.run([] {
        return scheduling_group_key_create(config()).then([](scheduling_group_key) {
            counted_value::fail_on_shard = 1;
            return create_scheduling_group("g", 100).then_wrapped([](future<scheduling_group> f) {
                counted_value::fail_on_shard = -1;
                EXPECT_THROW(f.get(), std::runtime_error);
                EXPECT_EQ(counted_value::alive, 2);
                return create_scheduling_group("g", 100);
            }).then([](scheduling_group g) {
                EXPECT_EQ(g, internal::scheduling_group_from_index(1)); // the number is free again
                EXPECT_EQ(counted_value::alive, 4);
            });
        });
    });
    EXPECT_EQ(counted_value::alive, 0);
}

TEST(scheduling_specific, a_key_whose_values_cannot_be_made_is_not_made) {
    counted_value::alive = 0;
    test_node n(2);
    n.run([] {
        counted_value::fail_on_shard = 0;
        return scheduling_group_key_create(config()).then_wrapped([](future<scheduling_group_key> f) {
            counted_value::fail_on_shard = -1;
            EXPECT_THROW(f.get(), std::runtime_error);
            EXPECT_EQ(counted_value::alive, 0);
            return scheduling_group_key_create(config()).then([](scheduling_group_key) {
                EXPECT_EQ(counted_value::alive, 2);
            });
        });
    });
    EXPECT_EQ(counted_value::alive, 0);
}

namespace {
struct named_value {
    sstring name = current_scheduling_group().name();
    void rename() { name = current_scheduling_group().name() + "!"; }
};
}

TEST(scheduling_specific, values_live_in_their_group_and_hear_of_its_new_name) {
    test_node n(2);
    n.run([] {
        return scheduling_group_key_create(make_scheduling_group_key_config<named_value>()).then([](auto key) {
            return create_scheduling_group("old", 100).then([key](scheduling_group group) {
                EXPECT_EQ(scheduling_group_get_specific<named_value>(key).name, "main");
                EXPECT_EQ(scheduling_group_get_specific<named_value>(group, key).name, "old");
                return rename_scheduling_group(group, "new").then([=] {
                    return smp::invoke_on_all([=] {
                        EXPECT_TRUE(default_scheduling_group().active());
                        EXPECT_EQ(scheduling_group_get_specific<named_value>(key).name, "main");
                        EXPECT_EQ(scheduling_group_get_specific<named_value>(group, key).name, "new!");
                        auto sum = reduce_scheduling_group_specific<named_value>(
                            [](size_t sum, const named_value& v) { return sum + v.name.size(); }, size_t(0), key);
                        EXPECT_EQ(sum.get(), 8u);
                    });
                });
            });
        });
    });
}

}
