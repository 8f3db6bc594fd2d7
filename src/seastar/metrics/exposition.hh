/// Prometheus' text format (exposition format 0.0.4), as a pure function of readings.
#pragma once

#include <seastar/core/metrics_api.hh>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace seastar::prometheus {

struct exposition_options {
    std::string prefix;
    std::string default_help;
    std::string selected; ///< a name without prefix, or one that ends in '*'; empty: all
    std::optional<std::pair<std::string, std::string>> label;
    exposition_options() {}
};

/// Readings of the same name from several shards appear under one heading.
std::string to_text(const std::vector<std::vector<metrics::impl::family_values>>& shards,
                    const exposition_options& options);

}
