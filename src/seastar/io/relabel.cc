#include "io/relabel.hh"

#include <string>

namespace seastar::metrics::impl {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// $1 and ${1} are groups, those that do not exist empty; $$ is $; any other $ stands for itself.
std::string expand(std::string_view text, const std::vector<std::string>& groups) {
    std::string out;
    while (!text.empty()) {
        auto dollar = text.find('$');
        out += text.substr(0, dollar);
        if (dollar == std::string_view::npos) {
            break;
        }
        text.remove_prefix(dollar + 1);
        bool braces = text.starts_with('{');
        size_t end = braces;
        size_t number = 0;
        while (end < text.size() && is_digit(text[end]) && number < 1000) {
            number = number * 10 + static_cast<size_t>(text[end++] - '0');
        }
        bool is_group = end > braces && (!braces || (end < text.size() && text[end] == '}'));
        if (is_group) {
            out += number < groups.size() ? groups[number] : std::string();
            text.remove_prefix(end + braces);
        } else {
            out += '$';
            text.remove_prefix(text.starts_with('$'));
        }
    }
    return out;
}

std::string joined_sources(const report_rules& metric, std::string_view name, const relabel_config& rule) {
    std::string joined;
    std::string_view separator;
    for (auto& label : rule.source_labels) {
        joined += std::exchange(separator, rule.separator);
        if (label == "__name__") {
            joined += name;
        } else if (auto at = metric.labels.find(label); at != metric.labels.end()) {
            joined += std::string_view(at->second);
        }
    }
    return joined;
}

}

void relabel(report_rules& metric, std::string_view name, const std::vector<relabel_config>& rules) {
    using action = relabel_config::relabel_action;
    for (auto& rule : rules) {
        std::vector<std::string> groups;
        if (!rule.expr.match(joined_sources(metric, name, rule), groups)) {
            continue;
        }
        switch (rule.action) {
        case action::skip_when_empty:
            metric.skip_when_empty = true;
            break;
        case action::report_when_empty:
            metric.skip_when_empty = false;
            break;
        case action::replace:
            if (!rule.target_label.empty()) {
                metric.labels[rule.target_label] = expand(rule.replacement, groups);
            }
            break;
        case action::keep:
            metric.enabled = true;
            break;
        case action::drop:
            metric.enabled = false;
            break;
        case action::drop_label:
            metric.labels.erase(rule.target_label);
            break;
        }
    }
}

}
