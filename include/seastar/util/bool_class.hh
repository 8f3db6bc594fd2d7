/// A boolean type of its own for each tag, so that arguments cannot be mixed up and read as what they mean:
///
///     struct keep_open_tag {};
///     using keep_open = bool_class<keep_open_tag>;
///     close(keep_open::no);
#pragma once

#include <seastar/core/internal/printing.hh>

namespace seastar {

/// Values are `yes` and `no`; converts from and to bool only where asked to. Prints as true and false.
template <typename Tag>
class bool_class {
public:
    static const bool_class yes;
    static const bool_class no;

    constexpr bool_class() noexcept = default; ///< no
    constexpr explicit bool_class(bool value) noexcept : _value(value) {}

    explicit constexpr operator bool() const noexcept { return _value; }

    friend constexpr bool_class operator||(bool_class a, bool_class b) noexcept {
        return bool_class(a._value || b._value);
    }
    friend constexpr bool_class operator&&(bool_class a, bool_class b) noexcept {
        return bool_class(a._value && b._value);
    }
    friend constexpr bool_class operator!(bool_class a) noexcept { return bool_class(!a._value); }
    friend constexpr bool operator==(bool_class, bool_class) noexcept = default;
    friend std::ostream& operator<<(std::ostream& os, bool_class a) {
        return a._value ? internal::print_text(os, "true", 4) : internal::print_text(os, "false", 5);
    }

private:
    bool _value = false;
};

template <typename Tag>
constexpr bool_class<Tag> bool_class<Tag>::yes{true};
template <typename Tag>
constexpr bool_class<Tag> bool_class<Tag>::no{false};

}

template <typename Tag>
struct fmt::formatter<seastar::bool_class<Tag>, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(seastar::bool_class<Tag> value, Context& context) const {
        return value ? seastar::internal::write_text(context.out(), "true", 4)
                     : seastar::internal::write_text(context.out(), "false", 5);
    }
};
