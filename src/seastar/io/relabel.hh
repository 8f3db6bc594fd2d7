/// What the rules of relabel_config.hh make of one metric.
#pragma once

#include <seastar/core/metrics.hh>
#include <seastar/core/relabel_config.hh>

namespace seastar::metrics::impl {

/// How a metric is reported.
struct report_rules {
    labels_type labels;
    bool enabled = true;
    bool skip_when_empty = false;
};

/// `name` is the full name.
void relabel(report_rules& metric, std::string_view name, const std::vector<relabel_config>& rules);

}
