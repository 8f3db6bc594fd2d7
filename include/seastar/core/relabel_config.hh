/// Changing metrics where they are read: their labels, whether they are reported, what they are added up over. In the
/// manner of Prometheus' relabel_config.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace seastar::metrics {

/// A regular expression (ECMAScript) that has to match the whole of a text. Copies share it.
class relabel_config_regex {
    struct compiled;
    std::string _text;
    std::shared_ptr<const compiled> _regex;

public:
    relabel_config_regex() = default;
    /// Throws std::runtime_error when it is none (std::regex_error).
    relabel_config_regex(const std::string& expression);
    relabel_config_regex(const char* expression) : relabel_config_regex(std::string(expression)) {}

    const std::string& str() const noexcept { return _text; }
    bool empty() const noexcept { return _text.empty(); }
    /// An empty expression matches nothing.
    bool match(const std::string& text) const;
    /// The same; on a match the groups, [0] the whole.
    bool match(const std::string& text, std::vector<std::string>& groups) const;
};

/// One rule. The values of source_labels, joined by the separator, are matched with expr; `__name__` is the metric's
/// full name. What happens on a match is the action's.
struct relabel_config {
    enum class relabel_action {
        skip_when_empty,   ///< not reported while its value is 0 or has no samples
        report_when_empty, ///< the opposite
        replace,           ///< target_label is set to replacement, in which $1 or ${1} is the first group
        keep,              ///< reported again, if a rule before dropped it
        drop,              ///< not reported
        drop_label,        ///< without target_label
    };
    std::vector<std::string> source_labels;
    std::string separator = ";";
    std::string target_label;
    relabel_config_regex expr = ".*";
    std::string replacement = "${1}";
    relabel_action action = relabel_action::replace;
};

/// By name: "replace", "keep", "drop", "drop_label", "skip_when_empty", "report_when_empty"; throws
/// std::runtime_error for another.
relabel_config::relabel_action relabel_config_action(const std::string& action);

/// The labels that a metric is added up over, instead of those that it was registered with.
struct metric_family_config {
    std::string name; ///< full name, or
    relabel_config_regex regex_name;
    std::vector<std::string> aggregate_labels;
};

}
