/// Holding metrics: metric_groups as a member keeps its owner's metrics registered for as long as it lives. Light, so
/// that headers can have the member; metrics.hh makes the metrics.
#pragma once

#include <seastar/core/sstring.hh>

#include <initializer_list>
#include <memory>
#include <vector>

namespace seastar::metrics {

namespace impl {
class metric_groups_def;
struct metric_definition_impl;
class metric_groups_impl;
}

using group_name_type = sstring;

/// What metrics.hh's make_...() functions return.
class metric_definition {
    std::unique_ptr<impl::metric_definition_impl> _impl;

public:
    metric_definition(const impl::metric_definition_impl& impl);
    metric_definition(metric_definition&&) noexcept;
    ~metric_definition();
    const impl::metric_definition_impl& definition() const noexcept { return *_impl; }
};

class metric_group_definition {
public:
    group_name_type name;
    std::initializer_list<metric_definition> metrics;
    metric_group_definition(const group_name_type& name, std::initializer_list<metric_definition> metrics)
        : name(name), metrics(metrics) {}
};

/// Metrics of one shard, registered until clear() or the destructor. Values are read when somebody asks, on this shard.
class metric_groups {
    std::unique_ptr<impl::metric_groups_impl> _impl;

public:
    metric_groups() noexcept;
    metric_groups(std::initializer_list<metric_group_definition> groups);
    metric_groups(metric_groups&&) noexcept;
    metric_groups& operator=(metric_groups&&) noexcept;
    ~metric_groups();

    /// Throws double_registration when a metric of this name and these labels exists on this shard.
    metric_groups& add_group(const group_name_type& name, const std::initializer_list<metric_definition>& metrics);
    metric_groups& add_group(const group_name_type& name, const std::vector<metric_definition>& metrics);
    void clear() noexcept;
};

class metric_group : public metric_groups {
public:
    metric_group() noexcept = default;
    metric_group(const group_name_type& name, std::initializer_list<metric_definition> metrics) {
        add_group(name, metrics);
    }
};

}
