/// Reading the metrics of a shard, for whoever exposes them, and changing how they are reported.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/internal/foreign_ptr.hh>
#include <seastar/core/metrics.hh>
#include <seastar/core/relabel_config.hh>
#include <seastar/core/shared_ptr.hh>

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

/// What tells a metric from all others of its shard.
class metric_id {
    group_name_type _group;
    metric_name_type _name;
    labels_type _labels;

public:
    metric_id(group_name_type group, metric_name_type name, labels_type labels)
        : _group(std::move(group)), _name(std::move(name)), _labels(std::move(labels)) {}
    const group_name_type& group_name() const noexcept { return _group; }
    const metric_name_type& name() const noexcept { return _name; }
    const labels_type& labels() const noexcept { return _labels; }
    sstring full_name() const { return _group + "_" + _name; }
};

/// A metric that is registered.
struct registered_metric {
    group_name_type group;
    metric_name_type name;
    labels_type labels; ///< as they are reported, "shard" among them
    metric_function f;
    bool enabled = true;
    bool skip_when_empty = false;
    bool registered_enabled = true; ///< as registered, before any rule
    bool registered_skip_when_empty = false;
    metric_value operator()() const { return f(); }
    metric_id get_id() const { return metric_id(group, name, labels); }
    const metric_function& get_function() const noexcept { return f; }
    bool is_enabled() const noexcept { return enabled; }
    void set_enabled(bool on) noexcept { enabled = on; }
    void set_skip_when_empty(bool skip) noexcept { skip_when_empty = skip; }
};
using register_ref = std::shared_ptr<registered_metric>;

struct metric_family_info {
    data_type type = data_type::GAUGE;
    metric_type_def inherit_type; ///< "bytes", "queue_length" ...
    description d;
    sstring name; ///< "GROUP_NAME"
    std::vector<std::string> aggregate_labels; ///< those that are used
};

/// All metrics of one name.
struct metric_family : metric_family_info {
    const metric_family_info& info() const noexcept { return *this; }
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

/// A metric in a reading.
class metric_series_metadata {
    metric_id _id;
    skip_when_empty _skip_when_empty;

public:
    metric_series_metadata(metric_id id, bool skip_when_empty)
        : _id(std::move(id)), _skip_when_empty(skip_when_empty) {}
    const group_name_type& group_name() const noexcept { return _id.group_name(); }
    const metric_name_type& name() const noexcept { return _id.name(); }
    const labels_type& labels() const noexcept { return _id.labels(); }
    skip_when_empty should_skip_when_empty() const noexcept { return _skip_when_empty; }
};
using metric_metadata_fifo = std::vector<metric_series_metadata>;
struct metric_family_metadata {
    metric_family_info mf;
    metric_metadata_fifo metrics;
};
using metric_metadata = std::vector<metric_family_metadata>;
using value_vector = std::vector<metric_value>;
using metric_values = std::vector<value_vector>;

/// One reading of all metrics that are enabled: values[i][j] is that of metadata[i].metrics[j].
struct values_copy {
    shared_ptr<metric_metadata> metadata;
    metric_values values;
};
using values_reference = shared_ptr<values_copy>;
/// The calling shard's.
foreign_ptr<values_reference> get_values();

/// One reading as it is reported: without what is empty and to be skipped, added up over the families' labels. It can
/// be sent to another shard.
struct family_values {
    std::string name;
    data_type type = data_type::GAUGE;
    std::string help;
    std::vector<std::pair<labels_type, metric_value>> values;
};
std::vector<family_values> get_reported_values();

/// Adds a reading to the others with the same labels. Histograms whose bounds differ cannot be added: the first stands.
void add_up(std::map<labels_type, metric_value>& sums, const labels_type& labels, const metric_value& value);

}

}
