/// Metrics: numbers that the program keeps and somebody else reads (Prometheus, core/prometheus.hh).
///
///     _metrics.add_group("cache", {
///         sm::make_gauge("bytes", [this] { return used(); }, sm::description("Bytes used by the cache")),
///         sm::make_counter("hits", _hits, sm::description("...")),   // a variable, read when somebody asks
///     });
///
/// Each shard registers its own; the label "shard" tells them apart.
#pragma once

#include <seastar/core/metrics_registration.hh>
#include <seastar/core/metrics_types.hh>
#include <seastar/core/sstring.hh>
#include <seastar/util/bool_class.hh>
#include <seastar/util/noncopyable_function.hh>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace seastar::metrics {

class double_registration : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

using metric_type_def = sstring;
using metric_name_type = sstring;
using instance_id_type = sstring;

class description {
    sstring _s;

public:
    description(sstring s = sstring()) : _s(std::move(s)) {}
    const sstring& str() const { return _s; }
};

/// A key with a value.
class label_instance {
    sstring _key;
    sstring _value;

public:
    template <typename T>
    label_instance(const sstring& key, T value) : _key(key), _value(to_text(value)) {}
    const sstring key() const { return _key; }
    const sstring value() const { return _value; }
    bool operator<(const label_instance& o) const {
        return std::string_view(_key) < std::string_view(o._key) ||
               (_key == o._key && std::string_view(_value) < std::string_view(o._value));
    }
    bool operator==(const label_instance&) const = default;

private:
    template <typename T>
    static sstring to_text(const T& value) {
        if constexpr (std::is_convertible_v<T, sstring>) {
            return value;
        } else {
            return std::to_string(value);
        }
    }
};

/// Makes label instances of one key: `label l("op"); l("read")`.
class label {
    sstring _key;

public:
    using instance = label_instance;
    explicit label(const sstring& key) : _key(key) {}
    template <typename T>
    instance operator()(T value) const {
        return label_instance(_key, std::forward<T>(value));
    }
    const sstring& name() const { return _key; }
};

extern const label shard_label;

using skip_when_empty = bool_class<class skip_when_empty_tag>;

namespace impl {

enum class data_type : uint8_t { COUNTER, REAL_COUNTER, GAUGE, HISTOGRAM, SUMMARY };

/// One reading.
struct metric_value {
    std::variant<double, int64_t, uint64_t, histogram> u;
    data_type _type = data_type::GAUGE;

    metric_value() = default;
    metric_value(histogram h, data_type type = data_type::HISTOGRAM) : u(std::move(h)), _type(type) {}
    template <typename T>
        requires std::is_arithmetic_v<T>
    metric_value(T value, data_type type) : _type(type) {
        if constexpr (std::is_floating_point_v<T>) {
            u = static_cast<double>(value);
        } else if constexpr (std::is_signed_v<T>) {
            u = static_cast<int64_t>(value);
        } else {
            u = static_cast<uint64_t>(value);
        }
    }
    data_type type() const { return _type; }
    double d() const;
    uint64_t ui() const;
    int64_t i() const;
    const histogram& get_histogram() const { return std::get<histogram>(u); }
    /// A histogram without samples, or 0.
    bool is_empty() const noexcept;
    metric_value operator+(const metric_value& other) const;
};

using metric_function = std::function<metric_value()>;
using labels_type = std::map<sstring, sstring>;

struct metric_type {
    data_type base_type;
    metric_type_def type_name;
};

/// What a metric is, before it is registered.
struct metric_definition_impl {
    metric_name_type name;
    metric_type type;
    metric_function f;
    description d;
    bool enabled = true;
    skip_when_empty _skip_when_empty = skip_when_empty::no;
    std::vector<std::string> aggregate_labels;
    labels_type labels;

    metric_definition_impl(metric_name_type name, metric_type type, metric_function f, description d,
                           std::vector<label_instance> labels);
    metric_definition_impl& operator()(bool enabled);
    metric_definition_impl& operator()(const label_instance& label);
    metric_definition_impl& operator()(skip_when_empty skip) noexcept;
    /// One series for all values of these labels, added up.
    metric_definition_impl& aggregate(const std::vector<label>& labels) noexcept;
    metric_definition_impl& set_skip_when_empty(bool skip = true) noexcept;
    metric_definition_impl& set_type(const sstring& type_name);
};

template <typename T>
inline constexpr bool is_callable = std::is_invocable_v<T&>;

/// A function is called, anything else is a variable that has to outlive the metric.
template <typename T>
metric_function make_function(T&& value, data_type type) {
    if constexpr (is_callable<std::remove_reference_t<T>>) {
        return [f = std::forward<T>(value), type]() mutable {
            if constexpr (std::is_same_v<std::remove_cvref_t<decltype(f())>, histogram>) {
                return metric_value(f(), type);
            } else if constexpr (std::is_same_v<std::remove_cvref_t<decltype(f())>, metric_value>) {
                return f();
            } else {
                return metric_value(f(), type);
            }
        };
    } else if constexpr (std::is_lvalue_reference_v<T>) {
        return [&value, type] { return metric_value(value, type); };
    } else {
        return [value, type] { return metric_value(value, type); };
    }
}

template <typename T>
constexpr data_type counter_kind() {
    if constexpr (is_callable<std::remove_reference_t<T>>) {
        return std::is_floating_point_v<std::invoke_result_t<std::remove_reference_t<T>&>> ? data_type::REAL_COUNTER
                                                                                           : data_type::COUNTER;
    } else {
        return std::is_floating_point_v<std::remove_reference_t<T>> ? data_type::REAL_COUNTER : data_type::COUNTER;
    }
}

template <typename T>
metric_definition_impl define(metric_name_type name, data_type type, const char* type_name, T&& value, description d,
                              std::vector<label_instance> labels) {
    return {std::move(name), metric_type{type, type_name}, make_function(std::forward<T>(value), type), std::move(d),
            std::move(labels)};
}

}

inline constexpr bool metric_disabled = false;

/// A value that goes up and down.
template <typename T>
impl::metric_definition_impl make_gauge(metric_name_type name, T&& val, description d = description(),
                                        std::vector<label_instance> labels = {}) {
    return impl::define(std::move(name), impl::data_type::GAUGE, "gauge", std::forward<T>(val), d, labels);
}
template <typename T>
impl::metric_definition_impl make_gauge(metric_name_type name, description d, T&& val) {
    return make_gauge(std::move(name), std::forward<T>(val), d);
}
template <typename T>
impl::metric_definition_impl make_gauge(metric_name_type name, description d, std::vector<label_instance> labels,
                                        T&& val) {
    return make_gauge(std::move(name), std::forward<T>(val), d, labels);
}

/// A value that only grows.
template <typename T>
impl::metric_definition_impl make_counter(metric_name_type name, T&& val, description d = description(),
                                          std::vector<label_instance> labels = {}) {
    return impl::define(std::move(name), impl::counter_kind<T>(), "counter", std::forward<T>(val), d, labels);
}
template <typename T>
impl::metric_definition_impl make_counter(metric_name_type name, description d, T&& val) {
    return make_counter(std::move(name), std::forward<T>(val), d);
}
template <typename T>
impl::metric_definition_impl make_counter(metric_name_type name, description d, std::vector<label_instance> labels,
                                          T&& val) {
    return make_counter(std::move(name), std::forward<T>(val), d, labels);
}
/// Older names of counters and gauges.
template <typename T>
impl::metric_definition_impl make_derive(metric_name_type name, T&& val, description d = description(),
                                         std::vector<label_instance> labels = {}) {
    return make_counter(std::move(name), std::forward<T>(val), d, labels);
}
template <typename T>
impl::metric_definition_impl make_derive(metric_name_type name, description d, T&& val) {
    return make_counter(std::move(name), std::forward<T>(val), d);
}
template <typename T>
impl::metric_definition_impl make_absolute(metric_name_type name, T&& val, description d = description(),
                                           std::vector<label_instance> labels = {}) {
    return make_gauge(std::move(name), std::forward<T>(val), d, labels);
}

/// Bytes ever moved, bytes now in use, operations ever done, items now queued.
template <typename T>
impl::metric_definition_impl make_total_bytes(metric_name_type name, T&& val, description d = description(),
                                              std::vector<label_instance> labels = {},
                                              instance_id_type = {}) {
    return make_counter(std::move(name), std::forward<T>(val), d, labels).set_type("total_bytes");
}
template <typename T>
impl::metric_definition_impl make_current_bytes(metric_name_type name, T&& val, description d = description(),
                                                std::vector<label_instance> labels = {},
                                                instance_id_type = {}) {
    return make_gauge(std::move(name), std::forward<T>(val), d, labels).set_type("bytes");
}
template <typename T>
impl::metric_definition_impl make_queue_length(metric_name_type name, T&& val, description d = description(),
                                               std::vector<label_instance> labels = {},
                                               instance_id_type = {}) {
    return make_gauge(std::move(name), std::forward<T>(val), d, labels).set_type("queue_length");
}
template <typename T>
impl::metric_definition_impl make_total_operations(metric_name_type name, T&& val, description d = description(),
                                                   std::vector<label_instance> labels = {},
                                                   instance_id_type = {}) {
    return make_counter(std::move(name), std::forward<T>(val), d, labels).set_type("total_operations");
}

/// `val`: a histogram, or a function that returns one.
template <typename T>
impl::metric_definition_impl make_histogram(metric_name_type name, T&& val, description d = description(),
                                            std::vector<label_instance> labels = {}) {
    return impl::define(std::move(name), impl::data_type::HISTOGRAM, "histogram", std::forward<T>(val), d, labels);
}
template <typename T>
impl::metric_definition_impl make_histogram(metric_name_type name, description d, T&& val) {
    return make_histogram(std::move(name), std::forward<T>(val), d);
}
template <typename T>
impl::metric_definition_impl make_histogram(metric_name_type name, description d, std::vector<label_instance> labels,
                                            T&& val) {
    return make_histogram(std::move(name), std::forward<T>(val), d, labels);
}
/// Quantiles: the buckets' bounds are the quantiles, their counts the values.
template <typename T>
impl::metric_definition_impl make_summary(metric_name_type name, description d, T&& val) {
    return impl::define(std::move(name), impl::data_type::SUMMARY, "summary", std::forward<T>(val), d, {});
}
template <typename T>
impl::metric_definition_impl make_summary(metric_name_type name, description d, std::vector<label_instance> labels,
                                          T&& val) {
    return impl::define(std::move(name), impl::data_type::SUMMARY, "summary", std::forward<T>(val), d, labels);
}

}
