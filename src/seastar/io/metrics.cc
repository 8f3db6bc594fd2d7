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

}

}
