/// Reading the metrics of a shard, for whoever exposes them, and changing how they are reported.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/metrics.hh>
#include <seastar/core/relabel_config.hh>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace seastar::metrics {

struct metric_relabeling_result {
    /// Metrics that would have had the labels of another one: they have a label "err" that tells them apart.
    size_t metrics_relabeled_due_to_collision;
};

/// For the calling shard, all its metrics and those to come, in place of the rules before: each metric starts from what
/// it was registered with.
future<metric_relabeling_result> set_relabel_configs(const std::vector<relabel_config>& configs);
const std::vector<relabel_config>& get_relabel_configs();

/// The same for what families are added up over; the last one that fits a family holds.
void set_metric_family_configs(const std::vector<metric_family_config>& configs);
const std::vector<metric_family_config>& get_metric_family_configs();

namespace impl {

/// A metric that is registered.
struct registered_metric {
    labels_type labels; ///< as they are reported, "shard" among them
    metric_function f;
    bool enabled = true;
    bool skip_when_empty = false;
    bool registered_enabled = true; ///< as registered, before any rule
    bool registered_skip_when_empty = false;
    metric_value operator()() const { return f(); }
    const metric_function& get_function() const noexcept { return f; }
    bool is_enabled() const noexcept { return enabled; }
    void set_enabled(bool on) noexcept { enabled = on; }
    void set_skip_when_empty(bool skip) noexcept { skip_when_empty = skip; }
};
using register_ref = std::shared_ptr<registered_metric>;

/// All metrics of one name.
struct metric_family {
    data_type type = data_type::GAUGE;
    sstring type_name;
    description d;
    std::vector<std::string> aggregate_labels; ///< those that are used
    std::vector<std::string> registered_aggregate_labels;
    std::map<labels_type, register_ref> instances; ///< by the labels that they were registered with

    auto begin() const noexcept { return instances.begin(); }
    auto end() const noexcept { return instances.end(); }
    auto find(const labels_type& labels) const { return instances.find(labels); }
    const register_ref& at(const labels_type& labels) const { return instances.at(labels); }
    bool empty() const noexcept { return instances.empty(); }
    size_t size() const noexcept { return instances.size(); }
};

/// By "GROUP_NAME".
using value_map = std::map<sstring, metric_family>;

/// The calling shard's.
const value_map& get_value_map() noexcept;

/// One reading of everything, as it can be sent to another shard.
struct family_values {
    std::string name;
    data_type type = data_type::GAUGE;
    std::string help;
    std::vector<std::pair<labels_type, metric_value>> values;
};
std::vector<family_values> get_values();

/// Adds a reading to the others with the same labels. Histograms whose bounds differ cannot be added: the first stands.
void add_up(std::map<labels_type, metric_value>& sums, const labels_type& labels, const metric_value& value);

}

}
