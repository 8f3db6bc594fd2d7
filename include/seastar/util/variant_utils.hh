/// Visiting variants with a set of lambdas.
#pragma once

#include <utility>
#include <variant>

namespace seastar {

namespace internal {
template <typename... Func>
struct overloaded : Func... {
    using Func::operator()...;
};
template <typename... Func>
overloaded(Func...) -> overloaded<Func...>;
}

/// One function object that calls whichever of `funcs` takes its arguments.
template <typename... Func>
auto make_visitor(Func&&... funcs) {
    return internal::overloaded<std::remove_cvref_t<Func>...>{std::forward<Func>(funcs)...};
}

/// Calls the function that takes what the variant holds.
template <typename Variant, typename... Func>
decltype(auto) visit(Variant&& variant, Func&&... funcs) {
    return std::visit(make_visitor(std::forward<Func>(funcs)...), std::forward<Variant>(variant));
}

namespace internal {
template <typename... From>
struct variant_converter {
    std::variant<From...> from;
    template <typename... To>
    operator std::variant<To...>() && {
        return std::visit([](auto&& value) -> std::variant<To...> { return std::forward<decltype(value)>(value); },
                          std::move(from));
    }
};
}

/// Converts to a variant that has more alternatives.
template <typename... T>
internal::variant_converter<T...> variant_cast(std::variant<T...>&& variant) {
    return {std::move(variant)};
}
template <typename... T>
internal::variant_converter<T...> variant_cast(const std::variant<T...>& variant) {
    return {variant};
}

}
