#include <seastar/core/relabel_config.hh>

#include <regex>
#include <stdexcept>
#include <utility>

namespace seastar::metrics {

struct relabel_config_regex::compiled {
    std::regex regex;
};

relabel_config_regex::relabel_config_regex(const std::string& expression)
    : _text(expression), _regex(std::make_shared<const compiled>(compiled{std::regex(expression)})) {}

bool relabel_config_regex::match(const std::string& text) const {
    return !empty() && std::regex_match(text, _regex->regex);
}

bool relabel_config_regex::match(const std::string& text, std::vector<std::string>& groups) const {
    std::smatch found;
    if (empty() || !std::regex_match(text, found, _regex->regex)) {
        return false;
    }
    groups.assign(found.begin(), found.end());
    return true;
}

relabel_config::relabel_action relabel_config_action(const std::string& action) {
    using a = relabel_config::relabel_action;
    constexpr std::pair<const char*, a> names[] = {
        {"skip_when_empty", a::skip_when_empty},
        {"report_when_empty", a::report_when_empty},
        {"replace", a::replace},
        {"keep", a::keep},
        {"drop", a::drop},
        {"drop_label", a::drop_label},
    };
    for (auto& [name, value] : names) {
        if (action == name) {
            return value;
        }
    }
    throw std::runtime_error("there is no relabel action " + action);
}

}
