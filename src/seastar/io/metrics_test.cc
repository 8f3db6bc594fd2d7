#include <seastar/core/metrics_api.hh>

#include <gtest/gtest.h>

#include <thread>

namespace seastar::metrics {
namespace {

using impl::family_values;
using impl::labels_type;

/// The readings of one metric of this thread.
std::vector<std::pair<labels_type, impl::metric_value>> values(std::string_view name) {
    for (auto& family : impl::get_reported_values()) {
        if (family.name == name) {
            return family.values;
        }
    }
    return {};
}

TEST(Metrics, AreReadWhenSomebodyAsks) {
    metric_groups groups;
    uint64_t hits = 1;
    int called = 0;
    groups.add_group("cache", {
                                  make_counter("hits", hits, description("how often")),
                                  make_gauge("load",
                                             [&] {
                                                 ++called;
                                                 return 0.5;
                                             }),
                              });
    EXPECT_EQ(called, 0);
    hits = 17;
    ASSERT_EQ(values("cache_hits").size(), 1u);
    EXPECT_EQ(values("cache_hits")[0].second.ui(), 17u);
    EXPECT_EQ(values("cache_load")[0].second.d(), 0.5);
    EXPECT_EQ(values("cache_hits")[0].first.at("shard"), "0");
}

TEST(Metrics, LiveAsLongAsTheirGroups) {
    uint64_t n = 0;
    {
        metric_groups groups;
        groups.add_group("g", {make_counter("n", n)});
        metric_groups moved(std::move(groups));
        EXPECT_EQ(values("g_n").size(), 1u);
        moved.clear();
        EXPECT_TRUE(values("g_n").empty());
        moved.add_group("g", {make_counter("n", n)});
    }
    EXPECT_TRUE(values("g_n").empty());
}

TEST(Metrics, AreRegisteredOnce) {
    uint64_t n = 0;
    metric_groups a, b;
    a.add_group("g", {make_counter("n", n)});
    EXPECT_THROW(b.add_group("g", {make_counter("n", n)}), double_registration);
    EXPECT_THROW(b.add_group("g", {make_gauge("n", n)(label_instance("l", "x"))}), std::runtime_error)
        << "another type";
    b.add_group("g", {make_counter("n", n)(label_instance("l", "x"))});
    EXPECT_EQ(values("g_n").size(), 2u) << "other labels are another series";
    b.clear();
    EXPECT_EQ(values("g_n").size(), 1u);
}

TEST(Metrics, OfAFailedGroupAreWithdrawn) {
    uint64_t n = 0;
    metric_groups a;
    {
        metric_groups b;
        EXPECT_THROW(b.add_group("g", {make_counter("first", n), make_counter("twice", n), make_counter("twice", n)}),
                     double_registration);
    }
    EXPECT_TRUE(values("g_first").empty());
}

TEST(Metrics, BelongToTheirThread) {
    uint64_t n = 0;
    metric_groups groups;
    groups.add_group("g", {make_counter("n", n)});
    std::thread([] { EXPECT_TRUE(values("g_n").empty()); }).join();
}

TEST(Metrics, KeepTheirKindAndType) {
    metric_groups groups;
    int64_t queued = -3;
    groups.add_group("g", {
                              make_queue_length("q", queued),
                              make_total_bytes("b", [] { return uint64_t(1) << 63; }),
                              make_counter("seconds", [] { return 1.5; }),
                          });
    EXPECT_EQ(values("g_q")[0].second.i(), -3);
    EXPECT_EQ(values("g_b")[0].second.ui(), uint64_t(1) << 63);
    auto& map = impl::get_value_map();
    EXPECT_EQ(map.at("g_q").type, impl::data_type::GAUGE);
    EXPECT_EQ(map.at("g_q").info().inherit_type, "queue_length");
    EXPECT_EQ(map.at("g_q").begin()->second->get_id().full_name(), "g_q");
    EXPECT_EQ(map.at("g_b").type, impl::data_type::COUNTER);
    EXPECT_EQ(map.at("g_seconds").type, impl::data_type::REAL_COUNTER);
}

TEST(Metrics, ThatAreDisabledOrEmptyAreLeftOut) {
    metric_groups groups;
    uint64_t n = 0;
    groups.add_group("g", {
                              make_counter("off", n)(metric_disabled),
                              make_counter("empty", n)(skip_when_empty::yes),
                              make_histogram("h", [] { return histogram(); }).set_skip_when_empty(),
                          });
    EXPECT_TRUE(values("g_off").empty());
    EXPECT_TRUE(values("g_empty").empty());
    EXPECT_TRUE(values("g_h").empty());
    n = 1;
    EXPECT_TRUE(values("g_off").empty());
    EXPECT_EQ(values("g_empty").size(), 1u);
}

TEST(Metrics, AreReadAsTheyAreWithWhatDescribesThem) {
    metric_groups groups;
    label op("op");
    groups.add_group("raw", {
                                make_counter("n", [] { return 0; }, description("how many"), {op("read")})
                                    .aggregate({op})
                                    .set_skip_when_empty(),
                                make_counter("n", [] { return 2; }, description("how many"), {op("write")}),
                                make_counter("off", [] { return 3; })(metric_disabled),
                            });
    auto reading = impl::get_values();
    size_t families = 0;
    for (size_t i = 0; i < reading->metadata->size(); ++i) {
        auto& family = reading->metadata->at(i);
        if (family.metrics.front().group_name() != "raw") {
            continue;
        }
        ++families;
        EXPECT_EQ(family.mf.name, "raw_n");
        EXPECT_EQ(family.mf.d.str(), "how many");
        ASSERT_EQ(family.metrics.size(), 2u);
        EXPECT_EQ(family.metrics[0].name(), "n");
        EXPECT_TRUE(family.metrics[0].should_skip_when_empty());
        EXPECT_EQ(family.metrics[1].labels().at("op"), "write");
        EXPECT_EQ(reading->values[i][0].ui(), 0u);
        EXPECT_EQ(reading->values[i][1].ui(), 2u);
    }
    EXPECT_EQ(families, 1u);
}

TEST(Metrics, AreAddedUpOverAggregatedLabels) {
    metric_groups groups;
    label op("op"), user("user");
    auto counter = [&](uint64_t v, const char* o, const char* u) {
        return make_counter("n", [v] { return v; }, description(), {op(o), user(u)}).aggregate({user, shard_label});
    };
    groups.add_group("g", {counter(1, "read", "a"), counter(2, "read", "b"), counter(4, "write", "a")});
    auto all = values("g_n");
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].first, (labels_type{{"op", "read"}}));
    EXPECT_EQ(all[0].second.ui(), 3u);
    EXPECT_EQ(all[1].second.ui(), 4u);
}

histogram of(std::vector<std::pair<double, uint64_t>> buckets, double sum) {
    histogram h;
    for (auto [bound, count] : buckets) {
        h.buckets.push_back({count, bound});
        h.sample_count = count;
    }
    h.sample_sum = sum;
    return h;
}

TEST(Histograms, AddUpWhenTheirBoundsAgree) {
    auto sum = of({{1, 2}, {10, 5}}, 20) + of({{1, 1}, {10, 1}}, 0.5);
    EXPECT_EQ(sum.sample_count, 6u);
    EXPECT_EQ(sum.sample_sum, 20.5);
    EXPECT_EQ(sum.buckets[0].count, 3u);
    EXPECT_EQ((histogram() + of({{1, 2}}, 3)).sample_count, 2u);
    EXPECT_THROW(of({{1, 2}}, 3) + of({{2, 2}}, 3), std::out_of_range);
    EXPECT_THROW(of({{1, 2}}, 3) + of({{1, 2}, {2, 2}}, 3), std::out_of_range);
}

TEST(Histograms, ThatDisagreeDoNotSpoilTheReading) {
    std::map<labels_type, impl::metric_value> sums;
    impl::add_up(sums, {}, impl::metric_value(of({{1, 2}}, 3)));
    impl::add_up(sums, {}, impl::metric_value(of({{2, 2}}, 3)));
    EXPECT_EQ(sums.at({}).get_histogram().sample_count, 2u);
}

TEST(Labels, TakeTextNumbersAndBooleans) {
    EXPECT_EQ(label("l")("text").value(), "text");
    EXPECT_EQ(label("l")(sstring("text")).value(), "text");
    EXPECT_EQ(label("l")(std::string("text")).value(), "text");
    EXPECT_EQ(label("l")(17u).value(), "17");
    EXPECT_EQ(label("l")(true).value(), "1");
}

}
}
