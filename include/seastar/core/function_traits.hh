/// The types in a function's signature.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace seastar {

/// For functions, pointers to them, and classes with one operator(): return_type, signature, args_as_tuple, arity,
/// arg<N>::type.
template <typename T>
struct function_traits : function_traits<decltype(&T::operator())> {};

template <typename Ret, typename... Args>
struct function_traits<Ret(Args...)> {
    using return_type = Ret;
    using signature = Ret(Args...);
    using args_as_tuple = std::tuple<Args...>;
    static constexpr size_t arity = sizeof...(Args);
    template <size_t N>
    struct arg {
        static_assert(N < arity);
        using type = std::tuple_element_t<N, args_as_tuple>;
    };
};
template <typename Ret, typename... Args>
struct function_traits<Ret(Args...) noexcept> : function_traits<Ret(Args...)> {};
template <typename Ret, typename... Args>
struct function_traits<Ret (*)(Args...)> : function_traits<Ret(Args...)> {};
template <typename Ret, typename... Args>
struct function_traits<Ret (*)(Args...) noexcept> : function_traits<Ret(Args...)> {};
template <typename T, typename Ret, typename... Args>
struct function_traits<Ret (T::*)(Args...)> : function_traits<Ret(Args...)> {};
template <typename T, typename Ret, typename... Args>
struct function_traits<Ret (T::*)(Args...) const> : function_traits<Ret(Args...)> {};
template <typename T, typename Ret, typename... Args>
struct function_traits<Ret (T::*)(Args...) noexcept> : function_traits<Ret(Args...)> {};
template <typename T, typename Ret, typename... Args>
struct function_traits<Ret (T::*)(Args...) const noexcept> : function_traits<Ret(Args...)> {};
template <typename T>
struct function_traits<T&> : function_traits<std::remove_reference_t<T>> {};

}
