#include "metrics/exposition.hh"

#include <charconv>
#include <cmath>
#include <map>
#include <string_view>

namespace seastar::prometheus {

using metrics::impl::data_type;
using metrics::impl::family_values;
using metrics::impl::labels_type;
using metrics::impl::metric_value;

namespace {

void put_number(std::string& out, double v) {
    if (std::isnan(v)) {
        out += "NaN";
    } else if (std::isinf(v)) {
        out += v > 0 ? "+Inf" : "-Inf";
    } else {
        char text[32];
        out.append(text, std::to_chars(text, text + sizeof(text), v).ptr);
    }
}

void put_value(std::string& out, const metric_value& v) {
    if (auto* i = std::get_if<int64_t>(&v.u)) {
        out += std::to_string(*i);
    } else if (auto* u = std::get_if<uint64_t>(&v.u)) {
        out += std::to_string(*u);
    } else {
        put_number(out, v.d());
    }
}

// Backslash, quote and line feed are escaped, as the format asks.
void put_escaped(std::string& out, std::string_view text, bool quotes) {
    for (char c : text) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '"' && quotes) {
            out += "\\\"";
        } else {
            out += c;
        }
    }
}

// A name as the format allows it: letters, digits, underscores and, in a metric's name, colons.
std::string safe_name(std::string_view name, bool colons) {
    std::string safe(name);
    for (auto& c : safe) {
        bool allowed =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c == ':' && colons);
        if (!allowed) {
            c = '_';
        }
    }
    if (!safe.empty() && safe.front() >= '0' && safe.front() <= '9') {
        safe.insert(0, 1, '_');
    }
    return safe;
}

struct writer {
    std::string& out;
    const exposition_options& options;

    void labels(const labels_type& l, std::string_view extra_name = {}, std::string_view extra_value = {}) {
        out += '{';
        bool first = true;
        auto put = [&](std::string_view name, std::string_view value) {
            out += first ? "" : ",";
            first = false;
            out.append(safe_name(name, false)).append("=\"");
            put_escaped(out, value, true);
            out += '"';
        };
        for (auto& [name, value] : l) {
            put(name, value);
        }
        if (options.label && !l.count(options.label->first)) {
            put(options.label->first, options.label->second);
        }
        if (!extra_name.empty()) {
            put(extra_name, extra_value);
        }
        out += '}';
    }

    void series(const std::string& name, const labels_type& l, const metric_value& v) {
        if (v.type() == data_type::HISTOGRAM || v.type() == data_type::SUMMARY) {
            histogram(name, l, v);
            return;
        }
        out += name;
        labels(l);
        out += ' ';
        put_value(out, v);
        out += '\n';
    }

    void histogram(const std::string& name, const labels_type& l, const metric_value& v) {
        auto& h = v.get_histogram();
        bool summary = v.type() == data_type::SUMMARY;
        for (auto& b : h.buckets) {
            std::string bound;
            put_number(bound, b.upper_bound);
            out += summary ? name : name + "_bucket";
            labels(l, summary ? "quantile" : "le", bound);
            out += ' ' + std::to_string(b.count) + '\n';
        }
        if (!summary) {
            out += name + "_bucket";
            labels(l, "le", "+Inf");
            out += ' ' + std::to_string(h.sample_count) + '\n';
        }
        out += name + "_sum";
        labels(l);
        out += ' ';
        put_number(out, h.sample_sum);
        out += '\n';
        out += name + "_count";
        labels(l);
        out += ' ' + std::to_string(h.sample_count) + '\n';
    }
};

const char* type_name(data_type t) {
    switch (t) {
    case data_type::COUNTER:
    case data_type::REAL_COUNTER:
        return "counter";
    case data_type::HISTOGRAM:
        return "histogram";
    case data_type::SUMMARY:
        return "summary";
    default:
        return "gauge";
    }
}

bool matches(std::string_view name, std::string_view selected) {
    if (selected.empty()) {
        return true;
    }
    if (selected.back() == '*') {
        selected.remove_suffix(1);
        return name.substr(0, selected.size()) == selected;
    }
    return name == selected;
}

}

std::string to_text(const std::vector<std::vector<family_values>>& shards, const exposition_options& options) {
    std::map<std::string_view, std::vector<const family_values*>> by_name;
    for (auto& shard : shards) {
        for (auto& family : shard) {
            if (!family.values.empty() && matches(family.name, options.selected)) {
                by_name[family.name].push_back(&family);
            }
        }
    }
    std::string out;
    writer w{out, options};
    for (auto& [bare_name, families] : by_name) {
        auto name = options.prefix.empty() ? std::string(bare_name) : options.prefix + "_" + std::string(bare_name);
        name = safe_name(name, true);
        auto& help = families.front()->help.empty() ? options.default_help : families.front()->help;
        if (!help.empty()) {
            out += "# HELP " + name + ' ';
            put_escaped(out, help, false);
            out += '\n';
        }
        out += "# TYPE " + name + ' ' + type_name(families.front()->type) + '\n';
        // With the label "shard" aggregated away, the shards' series become one.
        std::map<labels_type, metric_value> merged;
        for (auto* family : families) {
            for (auto& [labels, value] : family->values) {
                metrics::impl::add_up(merged, labels, value);
            }
        }
        for (auto& [labels, value] : merged) {
            w.series(name, labels, value);
        }
    }
    return out;
}

}
