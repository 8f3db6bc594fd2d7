/// Working with the elements of tuples.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>

namespace seastar {

/// A tuple type with each element type T replaced by Func<T>::type.
template <template <typename> class Func, typename Tuple>
struct tuple_map_types;
template <template <typename> class Func, typename... T>
struct tuple_map_types<Func, std::tuple<T...>> {
    using type = std::tuple<typename Func<T>::type...>;
};

/// A tuple type with the element types for which Predicate<T>::value.
template <template <typename> class Predicate, typename Tuple>
struct tuple_filter;
template <template <typename> class Predicate, typename... T>
struct tuple_filter<Predicate, std::tuple<T...>> {
    using type = decltype(std::tuple_cat(
        std::declval<std::conditional_t<Predicate<T>::value, std::tuple<T>, std::tuple<>>>()...));
};

/// The elements whose types Predicate accepts, moved into a tuple of their own.
template <template <typename> class Predicate, typename... T>
auto tuple_filter_by_type(std::tuple<T...>&& tuple) {
    return std::apply(
        [](T&&... values) {
            auto pick = []<typename U>(U&& value) {
                if constexpr (Predicate<std::remove_reference_t<U>>::value) {
                    return std::tuple<std::remove_reference_t<U>>(std::move(value));
                } else {
                    return std::tuple<>();
                }
            };
            return std::tuple_cat(pick(std::move(values))...);
        },
        std::move(tuple));
}

/// A tuple of func(element) for each element.
template <typename Func, typename... T>
auto tuple_map(const std::tuple<T...>& tuple, Func&& func) {
    return std::apply([&func](const T&... values) { return std::tuple<decltype(func(values))...>{func(values)...}; },
                      tuple);
}
template <typename Func, typename... T>
auto tuple_map(std::tuple<T...>&& tuple, Func&& func) {
    return std::apply(
        [&func](T&&... values) {
            return std::tuple<decltype(func(std::forward<T>(values)))...>{func(std::forward<T>(values))...};
        },
        std::move(tuple));
}

/// func(element) for each element, in order.
template <typename Func, typename... T>
void tuple_for_each(const std::tuple<T...>& tuple, Func&& func) {
    std::apply([&func](const T&... values) { (func(values), ...); }, tuple);
}
template <typename Func, typename... T>
void tuple_for_each(std::tuple<T...>& tuple, Func&& func) {
    std::apply([&func](T&... values) { (func(values), ...); }, tuple);
}
template <typename Func, typename... T>
void tuple_for_each(std::tuple<T...>&& tuple, Func&& func) {
    std::apply([&func](T&&... values) { (func(std::forward<T>(values)), ...); }, std::move(tuple));
}

}
