/// Values that are made only when they are printed, for arguments of log lines that are usually off:
///
///     log.debug("state: {}", value_of([&] { return expensive(); }));
#pragma once

#include <seastar/core/internal/printing.hh>

#include <type_traits>
#include <utility>

namespace seastar {

/// Holds a function; printing prints what it returns.
template <typename Func>
struct lazy_eval {
    Func func;

    auto operator()() { return func(); }
    auto operator()() const { return func(); }
    friend std::ostream& operator<<(std::ostream& os, const lazy_eval& lazy) {
        os << lazy();
        return os;
    }
};

template <typename Func>
inline lazy_eval<std::decay_t<Func>> value_of(Func&& func) {
    return {std::forward<Func>(func)};
}

/// Refers to a pointer; prints what it points to, or null.
template <typename Ptr>
struct lazy_deref_wrapper {
    const Ptr& ptr;

    friend std::ostream& operator<<(std::ostream& os, const lazy_deref_wrapper& lazy) {
        if (!lazy.ptr) {
            return internal::print_text(os, "null", 4);
        }
        os << *lazy.ptr;
        return os;
    }
};

/// The pointer has to live until the printing.
template <typename Ptr>
inline lazy_deref_wrapper<Ptr> lazy_deref(const Ptr& p) {
    return {p};
}

}

template <typename Func>
struct fmt::formatter<seastar::lazy_eval<Func>, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(const seastar::lazy_eval<Func>& lazy, Context& context) const {
        // format_to is fmt's, found through its iterator.
        return format_to(context.out(), "{}", lazy());
    }
};

template <typename Ptr>
struct fmt::formatter<seastar::lazy_deref_wrapper<Ptr>, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(const seastar::lazy_deref_wrapper<Ptr>& lazy, Context& context) const {
        return lazy.ptr ? format_to(context.out(), "{}", *lazy.ptr)
                        : seastar::internal::write_text(context.out(), "null", 4);
    }
};
