#include <seastar/util/program-options.hh>

#include <algorithm>
#include <boost/program_options.hpp>
#include <type_traits>

namespace seastar::program_options {

namespace bpo = boost::program_options;

basic_value::basic_value(option_group& group, bool used, std::string name, std::string description)
    : _group(&group), _name(std::move(name)), _description(std::move(description)), _used(used) {
    group._values.push_back(this);
}

basic_value::basic_value(basic_value&& other)
    : _group(std::exchange(other._group, nullptr)), _name(other._name), _description(other._description),
      _used(other._used) {
    std::replace(_group->_values.begin(), _group->_values.end(), &other, this);
}

basic_value::~basic_value() {
    if (_group) {
        std::erase(_group->_values, this);
    }
}

option_group::option_group(option_group* parent, std::string name) : _parent(parent), _name(std::move(name)) {
    if (_parent) {
        _parent->_groups.push_back(this);
    }
}

option_group::option_group(option_group&& other)
    : _parent(std::exchange(other._parent, nullptr)), _name(other._name), _groups(std::exchange(other._groups, {})),
      _values(std::exchange(other._values, {})) {
    if (_parent) {
        std::replace(_parent->_groups.begin(), _parent->_groups.end(), &other, this);
    }
    for (auto* g : _groups) {
        g->_parent = this;
    }
    for (auto* v : _values) {
        v->_group = this;
    }
}

option_group::~option_group() {
    if (_parent) {
        std::erase(_parent->_groups, this);
    }
}

void option_group::describe(bpo::options_description& to) const {
    bpo::options_description own(_name);
    for (auto* v : _values) {
        if (v->used()) {
            v->describe(own);
        }
    }
    if (!own.options().empty()) {
        to.add(own);
    }
    for (auto* g : _groups) {
        g->describe(to);
    }
}

void option_group::mutate(const bpo::variables_map& from) {
    for (auto* v : _values) {
        if (v->used()) {
            v->mutate(from);
        }
    }
    for (auto* g : _groups) {
        g->mutate(from);
    }
}

template <typename T>
void value<T>::describe(bpo::options_description& to) const {
    if constexpr (std::is_same_v<T, std::monostate>) {
        to.add_options()(spelling().c_str(), description().c_str());
    } else {
        auto* semantic = bpo::value<T>();
        if (_value) {
            semantic->default_value(*_value);
        }
        to.add_options()(spelling().c_str(), semantic, description().c_str());
    }
}

template <typename T>
void value<T>::mutate(const bpo::variables_map& from) {
    auto found = from.find(name());
    if (found == from.end() || found->second.empty() || found->second.defaulted()) {
        return;
    }
    if constexpr (std::is_same_v<T, std::monostate>) {
        set_value({});
    } else {
        set_value(found->second.template as<T>());
    }
}

namespace {

/// Adds what the text says.
void parse(std::string_view text, string_map& to) {
    while (!text.empty()) {
        auto item = text.substr(0, text.find(':'));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
        auto equals = item.find('=');
        if (equals == item.npos) {
            throw bpo::invalid_option_value(std::string(item));
        }
        to.insert_or_assign(item.substr(0, equals), item.substr(equals + 1));
    }
}

}

void validate(boost::any& out, const std::vector<std::string>& in, string_map*, int) {
    if (out.empty()) {
        out = string_map();
    }
    auto& map = boost::any_cast<string_map&>(out);
    for (auto& text : in) {
        parse(text, map);
    }
}

std::ostream& operator<<(std::ostream& os, const string_map& map) {
    for (const char* colon = ""; auto& [key, value] : map) {
        os << std::exchange(colon, ":") << key << '=' << value;
    }
    return os;
}

std::istream& operator>>(std::istream& is, string_map& map) {
    std::string text;
    is >> text;
    parse(text, map);
    return is;
}

template class value<std::monostate>;
template class value<bool>;
template class value<int>;
template class value<unsigned>;
template class value<double>;
template class value<std::string>;

}
