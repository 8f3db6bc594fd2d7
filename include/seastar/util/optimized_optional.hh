/// std::optional without the extra word, for types that have an empty state of their own.
#pragma once

#include <seastar/core/internal/printing.hh>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace seastar {

/// A T is empty when default constructed or moved from, and then, and only then, converts to false.
template <typename T>
concept OptimizableOptional = std::default_initializable<T> && std::is_nothrow_move_assignable_v<T> &&
                              requires(const T& value) { static_cast<bool>(value); };

template <typename T>
class optimized_optional {
    T _object{};

public:
    optimized_optional() = default;
    optimized_optional(std::nullopt_t) noexcept {}
    optimized_optional(T&& object) noexcept : _object(std::move(object)) {}
    optimized_optional(const T& object) : _object(object) {}
    optimized_optional(std::optional<T>&& object) noexcept {
        if (object) {
            _object = std::move(*object);
        }
    }
    optimized_optional(optimized_optional&&) noexcept = default;
    optimized_optional(const optimized_optional&) = default;
    optimized_optional& operator=(std::nullopt_t) noexcept {
        _object = T();
        return *this;
    }
    optimized_optional& operator=(optimized_optional&&) noexcept = default;
    optimized_optional& operator=(const optimized_optional&) = default;

    explicit operator bool() const noexcept { return static_cast<bool>(_object); }
    bool has_value() const noexcept { return static_cast<bool>(_object); }
    T* operator->() noexcept { return &_object; }
    const T* operator->() const noexcept { return &_object; }
    T& operator*() noexcept { return _object; }
    const T& operator*() const noexcept { return _object; }
    void reset() noexcept { _object = T(); }

    friend bool operator==(const optimized_optional& a, const optimized_optional& b) { return a._object == b._object; }

    /// Prints the object, or null.
    friend std::ostream& operator<<(std::ostream& os, const optimized_optional& o)
        requires internal::printable<T>
    {
        if (!o) {
            return internal::print_text(os, "null", 4);
        }
        os << *o;
        return os;
    }
};

}

template <typename T>
struct fmt::formatter<seastar::optimized_optional<T>, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(const seastar::optimized_optional<T>& o, Context& context) const {
        // format_to is fmt's, found through its iterator.
        return o ? format_to(context.out(), "{}", *o) : seastar::internal::write_text(context.out(), "null", 4);
    }
};
