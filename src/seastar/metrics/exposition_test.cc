#include "metrics/exposition.hh"

#include <gtest/gtest.h>

#include <cmath>

namespace seastar::prometheus {
namespace {

using metrics::impl::data_type;
using metrics::impl::family_values;
using metrics::impl::labels_type;
using metrics::impl::metric_value;

family_values family(std::string name, data_type type, std::string help,
                     std::vector<std::pair<labels_type, metric_value>> values) {
    return {std::move(name), type, std::move(help), std::move(values)};
}
family_values counter(std::string name, uint64_t v, std::string shard = "0") {
    return family(std::move(name), data_type::COUNTER, "help",
                  {{{{"shard", shard}}, metric_value(v, data_type::COUNTER)}});
}
exposition_options bare() {
    exposition_options o;
    return o;
}

TEST(Exposition, PrintsCountersAndGauges) {
    EXPECT_EQ(to_text({{counter("a_n", 17), family("b_x", data_type::GAUGE, "",
                                                   {{{{"shard", "0"}}, metric_value(-2.5, data_type::GAUGE)}})}},
                      bare()),
              "# HELP a_n help\n"
              "# TYPE a_n counter\n"
              "a_n{shard=\"0\"} 17\n"
              "# TYPE b_x gauge\n"
              "b_x{shard=\"0\"} -2.5\n");
}

TEST(Exposition, PutsPrefixLabelAndHelpWhereTheConfigurationSays) {
    auto o = bare();
    o.prefix = "app";
    o.default_help = "no help";
    o.label = {"cluster", "c1"};
    EXPECT_EQ(to_text({{family("n", data_type::COUNTER, "",
                               {{{{"shard", "0"}}, metric_value(uint64_t(1), data_type::COUNTER)}})}},
                      o),
              "# HELP app_n no help\n"
              "# TYPE app_n counter\n"
              "app_n{shard=\"0\",cluster=\"c1\"} 1\n");
}

TEST(Exposition, ShowsTheSeriesOfAllShardsUnderOneHeading) {
    EXPECT_EQ(to_text({{counter("n", 1, "0")}, {counter("n", 2, "1")}}, bare()), "# HELP n help\n"
                                                                                 "# TYPE n counter\n"
                                                                                 "n{shard=\"0\"} 1\n"
                                                                                 "n{shard=\"1\"} 2\n");
}

TEST(Exposition, AddsUpWhatTheShardsDoNotTellApart) {
    auto without = [](uint64_t v) {
        return family("n", data_type::COUNTER, "", {{{{"op", "x"}}, metric_value(v, data_type::COUNTER)}});
    };
    EXPECT_EQ(to_text({{without(1)}, {without(2)}}, bare()), "# TYPE n counter\nn{op=\"x\"} 3\n");
}

TEST(Exposition, PrintsHistogramsWithAllTheirParts) {
    metrics::histogram h;
    h.sample_count = 5;
    h.sample_sum = 12.5;
    h.buckets = {{2, 1}, {4, 0.5e9}};
    EXPECT_EQ(to_text({{family("h", data_type::HISTOGRAM, "", {{{{"shard", "0"}}, metric_value(h)}})}}, bare()),
              "# TYPE h histogram\n"
              "h_bucket{shard=\"0\",le=\"1\"} 2\n"
              "h_bucket{shard=\"0\",le=\"5e+08\"} 4\n"
              "h_bucket{shard=\"0\",le=\"+Inf\"} 5\n"
              "h_sum{shard=\"0\"} 12.5\n"
              "h_count{shard=\"0\"} 5\n");
}

TEST(Exposition, PrintsSummaries) {
    metrics::histogram h;
    h.sample_count = 2;
    h.sample_sum = 3;
    h.buckets = {{7, 0.5}};
    EXPECT_EQ(to_text({{family("s", data_type::SUMMARY, "", {{{}, metric_value(h, data_type::SUMMARY)}})}}, bare()),
              "# TYPE s summary\n"
              "s{quantile=\"0.5\"} 7\n"
              "s_sum{} 3\n"
              "s_count{} 2\n");
}

TEST(Exposition, EscapesTextAndReplacesWhatNamesMayNotHold) {
    EXPECT_EQ(to_text({{family("a-b.c::d", data_type::GAUGE, "back\\slash\nand \"quotes\"",
                               {{{{"l-1", "a\\b\"c\nd"}}, metric_value(1.0, data_type::GAUGE)}})}},
                      bare()),
              "# HELP a_b_c::d back\\\\slash\\nand \"quotes\"\n"
              "# TYPE a_b_c::d gauge\n"
              "a_b_c::d{l_1=\"a\\\\b\\\"c\\nd\"} 1\n");
}

TEST(Exposition, SpellsWhatIsNoNumber) {
    auto gauge = [](double v) {
        auto text = to_text({{family("g", data_type::GAUGE, "", {{{}, metric_value(v, data_type::GAUGE)}})}}, bare());
        return text.substr(text.find("g{} ") + 4);
    };
    EXPECT_EQ(gauge(NAN), "NaN\n");
    EXPECT_EQ(gauge(INFINITY), "+Inf\n");
    EXPECT_EQ(gauge(-INFINITY), "-Inf\n");
}

TEST(Exposition, SelectsByNameOrItsBeginning) {
    std::vector<std::vector<family_values>> all{
        {counter("cache_hits", 1), counter("cache_misses", 2), counter("other", 3)}};
    auto count = [&](std::string selected) {
        auto o = bare();
        o.selected = std::move(selected);
        auto text = to_text(all, o);
        size_t n = 0;
        for (auto at = text.find("# TYPE"); at != std::string::npos; at = text.find("# TYPE", at + 1)) {
            ++n;
        }
        return n;
    };
    EXPECT_EQ(count(""), 3u);
    EXPECT_EQ(count("cache_hits"), 1u);
    EXPECT_EQ(count("cache_*"), 2u);
    EXPECT_EQ(count("*"), 3u);
    EXPECT_EQ(count("cache"), 0u);
}

TEST(Exposition, LeavesOutWhatHasNoReading) {
    EXPECT_EQ(to_text({{family("n", data_type::COUNTER, "help", {})}}, bare()), "");
}

}
}
