/// Options of the command line as objects: groups of named values with a type, a default and a description, which
/// programs may also set themselves. boost::program_options does the parsing; this header does not need it.
#pragma once

#include <seastar/core/sstring.hh>

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace boost {
class any;
namespace program_options {
class options_description;
class variables_map;
}
}

namespace seastar::program_options {

/// In place of a default: the option is known to programs, and has no effect and no place in the help.
struct unused {};

class option_group;

/// An option without its type. Registers with its group, which outlives nothing: both are members of one object.
class basic_value {
public:
    basic_value(option_group& group, bool used, std::string name, std::string description);
    /// Moves together with its group: the group first.
    basic_value(basic_value&& other);
    virtual ~basic_value();

    /// "poll-mode", or with a letter: "smp,c".
    const std::string& spelling() const noexcept { return _name; }
    std::string name() const { return _name.substr(0, _name.find(',')); }
    const std::string& description() const noexcept { return _description; }
    bool used() const noexcept { return _used; }

    virtual void describe(boost::program_options::options_description& to) const = 0;
    virtual void mutate(const boost::program_options::variables_map& from) = 0;

private:
    friend class option_group;
    option_group* _group; ///< null when moved from
    std::string _name;
    std::string _description;
    bool _used;
};

/// Options that belong together, with groups of their own inside.
class option_group {
public:
    /// `parent` may be null.
    option_group(option_group* parent, std::string name);
    /// Takes over what belongs to the other; the members that are groups and values are moved next.
    option_group(option_group&& other);
    virtual ~option_group();

    const std::string& name() const noexcept { return _name; }
    const std::vector<basic_value*>& values() const noexcept { return _values; }

    /// Tells boost about the options of this group and the ones inside.
    void describe(boost::program_options::options_description& to) const;
    /// Takes over what was parsed; what was not mentioned stays as it is.
    void mutate(const boost::program_options::variables_map& from);

private:
    friend class basic_value;
    option_group* _parent;
    std::string _name;
    std::vector<option_group*> _groups;
    std::vector<basic_value*> _values;
};

/// An option with a value; or, as value<>, a switch. T: bool, int, unsigned, double, std::string, or std::monostate.
template <typename T = std::monostate>
class value final : public basic_value {
    std::optional<T> _value;
    bool _defaulted = true;

public:
    value(option_group& group, std::string name, std::optional<T> default_value, std::string description)
        : basic_value(group, true, std::move(name), std::move(description)), _value(std::move(default_value)) {}
    value(option_group& group, std::string name, unused) : basic_value(group, false, std::move(name), {}) {}

    /// Whether there is a value, by default or not.
    operator bool() const noexcept { return _value.has_value(); }
    /// Whether nobody set it.
    bool defaulted() const noexcept { return _defaulted; }
    const T& get_value() const { return _value.value(); }
    T& get_value() { return _value.value(); }
    void set_default_value(T v) {
        _value = std::move(v);
        _defaulted = true;
    }
    void set_value(T v) {
        _value = std::move(v);
        _defaulted = false;
    }
    void set_value()
        requires std::is_same_v<T, std::monostate>
    {
        set_value(T());
    }
    void unset_value() noexcept {
        _value.reset();
        _defaulted = true;
    }

    void describe(boost::program_options::options_description& to) const override;
    void mutate(const boost::program_options::variables_map& from) override;
};

extern template class value<std::monostate>;
extern template class value<bool>;
extern template class value<int>;
extern template class value<unsigned>;
extern template class value<double>;
extern template class value<std::string>;

/// The value, or T() if there is none.
template <typename T>
T get_or_default(const value<T>& v, T otherwise = T()) {
    return v ? v.get_value() : std::move(otherwise);
}

/// The value of an option that is a map: "a=1:b=2". For boost's own value<string_map>(); a text without '=' is refused
/// with boost::program_options::invalid_option_value, of a key that comes twice the last value counts.
class string_map final : public std::unordered_map<sstring, sstring> {
public:
    using std::unordered_map<sstring, sstring>::unordered_map;
};
void validate(boost::any& out, const std::vector<std::string>& in, string_map*, int);
/// As on the command line, in no order.
std::ostream& operator<<(std::ostream& os, const string_map& map);
std::istream& operator>>(std::istream& is, string_map& map);

}
