#include "io/relabel.hh"

#include <seastar/core/metrics_api.hh>
#include <seastar/util/defer.hh>

#include <gtest/gtest.h>

#include <regex>

namespace seastar::metrics {
namespace {

using impl::labels_type;
using action = relabel_config::relabel_action;

relabel_config rule(action a, std::vector<std::string> sources, const char* expr, const char* target = "",
                    const char* replacement = "${1}") {
    relabel_config c;
    c.action = a;
    c.source_labels = std::move(sources);
    c.expr = expr;
    c.target_label = target;
    c.replacement = replacement;
    return c;
}

/// The labels of a family's readings on this thread, "shard" left out.
std::vector<labels_type> reported(std::string_view name) {
    std::vector<labels_type> result;
    for (auto& family : impl::get_reported_values()) {
        if (family.name == name) {
            for (auto& [labels, value] : family.values) {
                result.push_back(labels);
                result.back().erase("shard");
            }
        }
    }
    return result;
}

class Relabel : public ::testing::Test {
protected:
    uint64_t zero = 0, one = 1;
    label kind{"kind"};
    metric_groups groups;

    Relabel() {
        groups.add_group("g", {
            make_counter("m", description(), {kind("read")}, [this] { return one; }),
            make_counter("m", description(), {kind("write")}, [this] { return zero; }),
        });
    }
    ~Relabel() override {
        set(std::vector<relabel_config>());
        set_metric_family_configs({});
    }
    static size_t set(std::vector<relabel_config> rules) {
        return set_relabel_configs(rules).get().metrics_relabeled_due_to_collision;
    }
};

TEST_F(Relabel, SetsLabelsFromOthers) {
    EXPECT_EQ(set({rule(action::replace, {"__name__", "kind"}, "g_(.*);(re.*)", "what", "<$1:${2}$$>")}), 0u);
    std::vector<labels_type> expected{{{"kind", "read"}, {"what", "<m:read$>"}}, {{"kind", "write"}}};
    EXPECT_EQ(reported("g_m"), expected);
    EXPECT_EQ(get_relabel_configs().size(), 1u);
    set({});
    EXPECT_EQ(reported("g_m"), (std::vector<labels_type>{{{"kind", "read"}}, {{"kind", "write"}}}));
}

TEST_F(Relabel, TellsThoseApartThatWouldBeTheSame) {
    EXPECT_EQ(set({rule(action::drop_label, {"__name__"}, "g_m", "kind")}), 1u);
    EXPECT_EQ(reported("g_m"), (std::vector<labels_type>{{}, {{"err", "0"}}}));
}

TEST_F(Relabel, DropsAndKeeps) {
    set({rule(action::drop, {"__name__"}, "g_.*"), rule(action::keep, {"kind"}, "write")});
    EXPECT_EQ(reported("g_m"), (std::vector<labels_type>{{{"kind", "write"}}}));
}

TEST_F(Relabel, SkipsWhatIsEmpty) {
    set({rule(action::skip_when_empty, {"__name__"}, "g_m")});
    EXPECT_EQ(reported("g_m"), (std::vector<labels_type>{{{"kind", "read"}}}));
    set({rule(action::skip_when_empty, {"__name__"}, "g_m"), rule(action::report_when_empty, {"kind"}, "write")});
    EXPECT_EQ(reported("g_m").size(), 2u);
}

TEST_F(Relabel, HoldsForMetricsThatComeLater) {
    set({rule(action::replace, {"kind"}, "(.).*", "initial", "$1")});
    metric_groups later;
    later.add_group("g", {make_gauge("later", description(), {kind("xyz")}, [] { return 1; })});
    EXPECT_EQ(reported("g_later"), (std::vector<labels_type>{{{"initial", "x"}, {"kind", "xyz"}}}));
    later.clear();
    EXPECT_TRUE(reported("g_later").empty());
    later.add_group("g", {make_gauge("later", description(), {kind("xyz")}, [] { return 1; })}); // nothing was left
}

TEST_F(Relabel, FamiliesAreAddedUpAsConfigured) {
    metric_family_config c;
    c.regex_name = "g_.";
    c.aggregate_labels = {"kind"};
    set_metric_family_configs({c});
    EXPECT_EQ(reported("g_m"), (std::vector<labels_type>{{}}));
    metric_family_config none;
    none.name = "g_m";
    set_metric_family_configs({c, none});
    EXPECT_EQ(reported("g_m").size(), 2u);
    EXPECT_EQ(get_metric_family_configs().size(), 2u);
}

TEST(RelabelRules, AreReadFromText) {
    EXPECT_EQ(relabel_config_action("drop_label"), action::drop_label);
    EXPECT_THROW(relabel_config_action("explode"), std::runtime_error);
    EXPECT_THROW(relabel_config_regex("("), std::regex_error);
    EXPECT_FALSE(relabel_config_regex().match(""));
    EXPECT_FALSE(relabel_config_regex("a").match("ab"));
}

TEST(RelabelRules, AReplacementMayNameGroupsThatDoNotExist) {
    impl::report_rules r;
    r.labels["a"] = "x";
    impl::relabel(r, "n", {rule(action::replace, {"a"}, "(x)", "b", "$9-${1-$x$")});
    EXPECT_EQ(r.labels["b"], "-${1-$x$");
}

}
}
