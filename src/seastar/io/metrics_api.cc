#include <seastar/core/metrics_api.hh>

#include "io/relabel.hh"

#include <algorithm>
#include <stdexcept>

namespace seastar::metrics {

namespace impl {

namespace {

// A shard's metrics, and how to report them. They register and leave on its own thread only.
struct shard_registry {
    value_map map;
    std::vector<relabel_config> relabel_configs;
    std::vector<metric_family_config> family_configs;
};
shard_registry& this_registry() {
    static thread_local shard_registry r;
    return r;
}
value_map& registry() { return this_registry().map; }

bool reported_twice(const metric_family& family, const registered_metric& metric) {
    return std::any_of(family.begin(), family.end(), [&](auto& other) {
        return other.second.get() != &metric && other.second->labels == metric.labels;
    });
}

/// Sets how the metric is reported. True if it would have had the labels of another one.
bool apply_rules(std::string_view name, const metric_family& family, const labels_type& registered_labels,
                 registered_metric& metric) {
    report_rules r{registered_labels, metric.registered_enabled, metric.registered_skip_when_empty};
    relabel(r, name, this_registry().relabel_configs);
    metric.labels = std::move(r.labels);
    metric.enabled = r.enabled;
    metric.skip_when_empty = r.skip_when_empty;
    bool collides = false;
    for (size_t n = 0; reported_twice(family, metric); ++n) {
        collides = true;
        metric.labels["err"] = std::to_string(n);
    }
    return collides;
}

void apply_family_configs(std::string_view name, metric_family& family) {
    family.aggregate_labels = family.registered_aggregate_labels;
    for (auto& c : this_registry().family_configs) {
        if (c.name == name || c.regex_name.match(std::string(name))) {
            family.aggregate_labels = c.aggregate_labels;
        }
    }
}

}

/// What one metric_groups holds: where its metrics are in the registry.
class metric_groups_impl {
    std::vector<std::pair<sstring, labels_type>> _registered;

public:
    ~metric_groups_impl() {
        auto& map = registry();
        for (auto& [name, labels] : _registered) {
            auto family = map.find(name);
            if (family == map.end()) {
                continue; // destroyed on another thread than its shard's, after that ended
            }
            family->second.instances.erase(labels);
            if (family->second.instances.empty()) {
                map.erase(family);
            }
        }
    }
    void add(const group_name_type& group, const metric_definition_impl& m) {
        sstring name = group + "_" + m.name;
        auto& map = registry();
        auto found = map.find(name);
        if (found != map.end() && found->second.instances.count(m.labels)) {
            throw double_registration("metric registered twice: " + std::string(name));
        }
        if (found != map.end() && found->second.type != m.type.base_type) {
            throw std::runtime_error("metric registered with another type: " + std::string(name));
        }
        bool skip(m._skip_when_empty);
        auto metric = std::make_shared<registered_metric>(
            registered_metric{group, m.name, m.labels, m.f, m.enabled, skip, m.enabled, skip});
        _registered.emplace_back(name, m.labels);
        auto& family = map[name];
        family.type = m.type.base_type;
        family.inherit_type = m.type.type_name;
        family.name = name;
        family.d = m.d;
        family.registered_aggregate_labels = m.aggregate_labels;
        apply_family_configs(name, family);
        auto& added = *family.instances.emplace(m.labels, std::move(metric)).first->second;
        if (!this_registry().relabel_configs.empty()) {
            apply_rules(name, family, m.labels, added);
        }
    }
};

const value_map& get_value_map() noexcept { return registry(); }

void add_up(std::map<labels_type, metric_value>& sums, const labels_type& labels, const metric_value& value) {
    auto [at, first] = sums.try_emplace(labels, value);
    if (first) {
        return;
    }
    try {
        at->second = at->second + value;
    } catch (const std::out_of_range&) {
        // Histograms with different bounds: the first stands.
    }
}

foreign_ptr<values_reference> get_values() {
    auto reading = ::seastar::make_shared<values_copy>();
    reading->metadata = ::seastar::make_shared<metric_metadata>();
    for (auto& [name, family] : registry()) {
        metric_family_metadata described{family.info(), {}};
        value_vector values;
        for (auto& [registered_labels, metric] : family.instances) {
            if (metric->enabled) {
                described.metrics.emplace_back(metric->get_id(), metric->skip_when_empty);
                values.push_back((*metric)());
            }
        }
        if (!values.empty()) {
            reading->metadata->push_back(std::move(described));
            reading->values.push_back(std::move(values));
        }
    }
    return make_foreign(std::move(reading));
}

std::vector<family_values> get_reported_values() {
    std::vector<family_values> result;
    for (auto& [name, family] : registry()) {
        family_values out;
        out.name = name;
        out.type = family.type;
        out.help = family.d.str();
        std::map<labels_type, metric_value> sums;
        for (auto& [registered_labels, metric] : family.instances) {
            if (!metric->enabled) {
                continue;
            }
            auto value = (*metric)();
            if (metric->skip_when_empty && value.is_empty()) {
                continue;
            }
            if (family.aggregate_labels.empty()) {
                out.values.emplace_back(metric->labels, std::move(value));
                continue;
            }
            auto kept = metric->labels;
            for (auto& l : family.aggregate_labels) {
                kept.erase(l);
            }
            add_up(sums, kept, value);
        }
        for (auto& [labels, value] : sums) {
            out.values.emplace_back(labels, std::move(value));
        }
        result.push_back(std::move(out));
    }
    return result;
}

}

metric_definition::metric_definition(const impl::metric_definition_impl& impl)
    : _impl(std::make_unique<impl::metric_definition_impl>(impl)) {}
metric_definition::metric_definition(metric_definition&&) noexcept = default;
metric_definition::~metric_definition() = default;

metric_groups::metric_groups() noexcept = default;
metric_groups::metric_groups(std::initializer_list<metric_group_definition> groups) {
    for (auto& g : groups) {
        add_group(g.name, g.metrics);
    }
}
metric_groups::metric_groups(metric_groups&&) noexcept = default;
metric_groups& metric_groups::operator=(metric_groups&&) noexcept = default;
metric_groups::~metric_groups() = default;

namespace {

template <typename Metrics>
void add_all(std::unique_ptr<impl::metric_groups_impl>& to, const group_name_type& name, const Metrics& metrics) {
    if (!to) {
        to = std::make_unique<impl::metric_groups_impl>();
    }
    for (auto& m : metrics) {
        to->add(name, m.definition());
    }
}

}

metric_groups& metric_groups::add_group(const group_name_type& name,
                                        const std::initializer_list<metric_definition>& metrics) {
    add_all(_impl, name, metrics);
    return *this;
}
metric_groups& metric_groups::add_group(const group_name_type& name, const std::vector<metric_definition>& metrics) {
    add_all(_impl, name, metrics);
    return *this;
}
void metric_groups::clear() noexcept { _impl.reset(); }

// ---- how metrics are reported

future<metric_relabeling_result> set_relabel_configs(const std::vector<relabel_config>& configs) {
    auto& r = impl::this_registry();
    r.relabel_configs = configs;
    size_t collisions = 0;
    for (auto& [name, family] : r.map) {
        // From the beginning: labels of the rules before must not look like another's.
        for (auto& [labels, metric] : family.instances) {
            metric->labels = labels;
        }
        for (auto& [labels, metric] : family.instances) {
            collisions += impl::apply_rules(name, family, labels, *metric);
        }
    }
    return make_ready_future<metric_relabeling_result>(metric_relabeling_result{collisions});
}

const std::vector<relabel_config>& get_relabel_configs() { return impl::this_registry().relabel_configs; }

void set_metric_family_configs(const std::vector<metric_family_config>& configs) {
    impl::this_registry().family_configs = configs;
    for (auto& [name, family] : impl::registry()) {
        impl::apply_family_configs(name, family);
    }
}

const std::vector<metric_family_config>& get_metric_family_configs() { return impl::this_registry().family_configs; }

}
