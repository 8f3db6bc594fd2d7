#include <seastar/core/metrics.hh>

#include <seastar/core/shard_id.hh>

#include <algorithm>
#include <limits>

namespace seastar::metrics {

const label shard_label("shard");

histogram& histogram::operator+=(const histogram& other) {
    if (other.sample_count == 0) {
        return *this;
    }
    if (sample_count == 0) {
        return *this = other;
    }
    if (buckets.size() != other.buckets.size()) {
        throw std::out_of_range("histograms with different buckets cannot be added");
    }
    for (size_t i = 0; i < buckets.size(); ++i) {
        if (buckets[i].upper_bound != other.buckets[i].upper_bound) {
            throw std::out_of_range("histograms with different bounds cannot be added");
        }
        buckets[i].count += other.buckets[i].count;
    }
    sample_count += other.sample_count;
    sample_sum += other.sample_sum;
    return *this;
}

namespace impl {

namespace {

// A shard's metrics. They register and leave on its own thread only.
value_map& registry() {
    static thread_local value_map map;
    return map;
}

template <typename To>
To number(const metric_value& v) {
    return std::visit(
        [](const auto& x) -> To {
            if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(x)>>) {
                return static_cast<To>(x);
            } else {
                return static_cast<To>(x.sample_count);
            }
        },
        v.u);
}

}

double metric_value::d() const { return number<double>(*this); }
uint64_t metric_value::ui() const { return number<uint64_t>(*this); }
int64_t metric_value::i() const { return number<int64_t>(*this); }

bool metric_value::is_empty() const noexcept { return d() == 0; }

metric_value metric_value::operator+(const metric_value& other) const {
    metric_value sum = *this;
    std::visit(
        [&](auto& x) {
            using type = std::remove_reference_t<decltype(x)>;
            if constexpr (std::is_same_v<type, histogram>) {
                x += other.get_histogram();
            } else {
                x += number<type>(other);
            }
        },
        sum.u);
    return sum;
}

metric_definition_impl::metric_definition_impl(metric_name_type name, metric_type type, metric_function f,
                                               description d, std::vector<label_instance> label_list)
    : name(std::move(name)), type(std::move(type)), f(std::move(f)), d(std::move(d)) {
    for (auto& l : label_list) {
        labels[l.key()] = l.value();
    }
    labels.emplace(shard_label.name(), std::to_string(this_shard_id()));
}

metric_definition_impl& metric_definition_impl::operator()(bool on) {
    enabled = on;
    return *this;
}
metric_definition_impl& metric_definition_impl::operator()(const label_instance& l) {
    labels[l.key()] = l.value();
    return *this;
}
metric_definition_impl& metric_definition_impl::operator()(skip_when_empty skip) noexcept {
    _skip_when_empty = skip;
    return *this;
}
metric_definition_impl& metric_definition_impl::aggregate(const std::vector<label>& labels) noexcept {
    aggregate_labels.clear();
    for (auto& l : labels) {
        aggregate_labels.emplace_back(l.name());
    }
    return *this;
}
metric_definition_impl& metric_definition_impl::set_skip_when_empty(bool skip) noexcept {
    _skip_when_empty = skip_when_empty(skip);
    return *this;
}
metric_definition_impl& metric_definition_impl::set_type(const sstring& type_name) {
    type.type_name = type_name;
    return *this;
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
        auto metric = std::make_shared<registered_metric>(
            registered_metric{m.labels, m.f, m.enabled, bool(m._skip_when_empty)});
        _registered.emplace_back(name, m.labels);
        auto& family = map[name];
        family.type = m.type.base_type;
        family.type_name = m.type.type_name;
        family.d = m.d;
        family.aggregate_labels = m.aggregate_labels;
        family.instances.emplace(m.labels, std::move(metric));
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

std::vector<family_values> get_values() {
    std::vector<family_values> result;
    for (auto& [name, family] : registry()) {
        family_values out;
        out.name = name;
        out.type = family.type;
        out.help = family.d.str();
        std::map<labels_type, metric_value> sums;
        for (auto& [labels, metric] : family.instances) {
            if (!metric->enabled) {
                continue;
            }
            auto value = (*metric)();
            if (metric->skip_when_empty && value.is_empty()) {
                continue;
            }
            if (family.aggregate_labels.empty()) {
                out.values.emplace_back(labels, std::move(value));
                continue;
            }
            auto kept = labels;
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

}
