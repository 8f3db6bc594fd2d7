/// A pointer that may turn null under its holder (a weak_ptr) and says so when it is dereferenced then.
#pragma once

#include <seastar/util/is_smart_ptr.hh>

#include <cstddef>
#include <exception>
#include <type_traits>
#include <typeindex> // the lightest header that declares std::hash
#include <utility>

namespace seastar {

class checked_ptr_is_null_exception : public std::exception {
public:
    const char* what() const noexcept override;
};

/// What a checked_ptr does by default: throws checked_ptr_is_null_exception.
struct default_null_deref_action {
    [[noreturn]] void operator()() const;
};

namespace internal {

template <typename Ptr>
struct pointed_to {
    using type = typename Ptr::element_type;
};
template <typename T>
struct pointed_to<T*> {
    using type = T;
};

}

/// Wraps a pointer, plain or smart. Dereferencing calls NullDerefAction when it is null.
template <typename Ptr, typename NullDerefAction = default_null_deref_action>
class checked_ptr {
    Ptr _ptr = nullptr;
    [[no_unique_address]] NullDerefAction _null_deref_action;

    void check() const {
        if (!static_cast<bool>(_ptr)) {
            _null_deref_action();
        }
    }

public:
    using element_type = typename internal::pointed_to<Ptr>::type;
    using pointer = element_type*;

    checked_ptr() noexcept(std::is_nothrow_default_constructible_v<Ptr>) = default;
    checked_ptr(std::nullptr_t) noexcept(std::is_nothrow_default_constructible_v<Ptr>) : checked_ptr() {}
    checked_ptr(Ptr ptr, NullDerefAction action = NullDerefAction()) noexcept(std::is_nothrow_move_constructible_v<Ptr>)
        : _ptr(std::move(ptr)), _null_deref_action(std::move(action)) {}
    /// From a pointer to a derived class, where the pointers themselves convert so.
    template <typename OtherPtr>
        requires(std::is_convertible_v<OtherPtr, Ptr> && !std::is_same_v<OtherPtr, Ptr>)
    checked_ptr(checked_ptr<OtherPtr, NullDerefAction> other) : _ptr(std::move(other._ptr)) {}

    pointer operator->() const {
        check();
        return get();
    }
    element_type& operator*() const {
        check();
        return *_ptr;
    }
    pointer get() const noexcept {
        if constexpr (std::is_pointer_v<Ptr>) {
            return _ptr;
        } else {
            return _ptr.get();
        }
    }
    explicit operator bool() const noexcept { return static_cast<bool>(_ptr); }

    friend bool operator==(const checked_ptr& a, const checked_ptr& b) noexcept { return a.get() == b.get(); }
    size_t hash() const noexcept { return std::hash<pointer>()(get()); }

    template <typename, typename>
    friend class checked_ptr;
};

}

template <typename Ptr, typename Action>
struct std::hash<seastar::checked_ptr<Ptr, Action>> {
    size_t operator()(const seastar::checked_ptr<Ptr, Action>& p) const noexcept { return p.hash(); }
};
