/// Reading the metrics of a shard, for whoever exposes them.
#pragma once

#include <seastar/core/metrics.hh>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace seastar::metrics::impl {

/// A metric that is registered.
struct registered_metric {
    labels_type labels; ///< "shard" among them
    metric_function f;
    bool enabled = true;
    bool skip_when_empty = false;
    metric_value operator()() const { return f(); }
};

/// All metrics of one name.
struct metric_family {
    data_type type = data_type::GAUGE;
    sstring type_name;
    description d;
    std::vector<std::string> aggregate_labels;
    std::map<labels_type, std::shared_ptr<registered_metric>> instances;
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
