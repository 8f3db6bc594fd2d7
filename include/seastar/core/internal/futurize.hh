/// Calling functions so that whatever they do (return a value, nothing, a future; throw) becomes a future. This is the
/// one place where user functions are called on behalf of futures, and where a coroutine's captures are kept alive.
/// Fourth of the parts of core/future.hh.
#pragma once

#include <seastar/core/internal/continuation.hh>

#include <concepts>
#include <tuple>

namespace seastar {

template <typename T>
struct is_future : std::false_type {};
template <typename T>
struct is_future<future<T>> : std::true_type {
    using value_type = T;
};

template <typename T>
concept Future = is_future<T>::value;

// How a function can be called, and what it returns. The names with Apply are older ones.
template <typename Func, typename... Args>
concept CanInvoke = std::is_invocable_v<Func, Args...>;
template <typename Func, typename... Args>
concept CanApply = CanInvoke<Func, Args...>;
template <typename Func, typename Result, typename... Args>
concept InvokeReturns = std::same_as<std::invoke_result_t<Func, Args...>, Result>;
template <typename Func, typename Result, typename... Args>
concept ApplyReturns = InvokeReturns<Func, Result, Args...>;
template <typename Func, typename... Args>
concept InvokeReturnsAnyFuture = Future<std::invoke_result_t<Func, Args...>>;
template <typename Func, typename... Args>
concept ApplyReturnsAnyFuture = InvokeReturnsAnyFuture<Func, Args...>;

/// What a function that returns T gives as a future. futurize<int>::type is future<int>; futurize<future<int>>::type,
/// too.
template <typename T>
struct futurize;

namespace internal {

// ---- calls

template <typename Func, typename Object, typename... Args>
decltype(auto) call_member(Func func, Object&& object, Args&&... args) {
    if constexpr (std::is_member_function_pointer_v<Func>) {
        if constexpr (requires { (std::forward<Object>(object).*func)(std::forward<Args>(args)...); }) {
            return (std::forward<Object>(object).*func)(std::forward<Args>(args)...);
        } else if constexpr (requires { ((*object).*func)(std::forward<Args>(args)...); }) {
            return ((*object).*func)(std::forward<Args>(args)...);
        } else { // std::reference_wrapper
            return (object.get().*func)(std::forward<Args>(args)...);
        }
    } else {
        if constexpr (requires { object.*func; }) {
            return std::forward<Object>(object).*func;
        } else {
            return (*object).*func;
        }
    }
}

/// func(args...), for functions and member pointers alike (std::invoke without <functional>).
template <typename Func, typename... Args>
decltype(auto) call(Func&& func, Args&&... args) {
    if constexpr (std::is_member_pointer_v<std::decay_t<Func>>) {
        return call_member(func, std::forward<Args>(args)...);
    } else {
        return std::forward<Func>(func)(std::forward<Args>(args)...);
    }
}

// ---- coroutines with captures

// A coroutine that is a lambda's body reaches the captures through a reference to the closure, which is gone when
// then() returns. So such closures are found at compile time and kept until their future resolves: naming
// coroutine_traits<future<T>, Closure&, ...> (coroutine.hh), which only the definition of such a coroutine does,
// defines the friend function below for that closure type; closure_is_coroutine asks whether it is defined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <typename Closure>
struct coroutine_closure_query {
    friend constexpr auto is_coroutine_closure(coroutine_closure_query<Closure>);
};
template <typename Closure>
struct coroutine_closure_mark {
    friend constexpr auto is_coroutine_closure(coroutine_closure_query<Closure>) { return true; }
};
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
// Instantiated after Result, the type of a call, was deduced: the body is known by then.
template <typename Closure, typename Result>
inline constexpr bool closure_is_coroutine =
    requires { requires is_coroutine_closure(coroutine_closure_query<Closure>{}); };

template <typename Func, typename Result>
constexpr bool must_outlive_call() {
    using closure = std::remove_cvref_t<Func>;
    if constexpr (!std::is_lvalue_reference_v<Func> && std::is_class_v<closure> && !std::is_empty_v<closure> &&
                  is_future<Result>::value) {
        return closure_is_coroutine<closure, Result>;
    } else {
        return false;
    }
}

template <typename Func, typename... Args>
auto call_kept_alive(Func&& func, Args&&... args); // future.hh

/// Calls a function that returns a future. An rvalue that is a coroutine with captures moves to the heap first.
template <typename Func, typename... Args>
auto call_for_future(Func&& func, Args&&... args) {
    using result = decltype(call(std::forward<Func>(func), std::forward<Args>(args)...));
    if constexpr (must_outlive_call<Func, std::remove_cvref_t<result>>()) {
        return call_kept_alive(std::forward<Func>(func), std::forward<Args>(args)...);
    } else {
        return std::remove_cvref_t<result>(call(std::forward<Func>(func), std::forward<Args>(args)...));
    }
}

template <typename Func, typename... Args>
decltype(auto) call_for_future_or_value(Func&& func, Args&&... args) {
    using result = decltype(call(std::forward<Func>(func), std::forward<Args>(args)...));
    if constexpr (is_future<std::remove_cvref_t<result>>::value) {
        return call_for_future(std::forward<Func>(func), std::forward<Args>(args)...);
    } else {
        return call(std::forward<Func>(func), std::forward<Args>(args)...);
    }
}

// ---- the argument of a continuation

template <typename T>
inline constexpr bool is_tuple = false;
template <typename... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

template <typename Func, typename Tuple>
inline constexpr bool takes_elements = false;
template <typename Func, typename... T>
inline constexpr bool takes_elements<Func, std::tuple<T...>> = std::is_invocable_v<Func, T&&...>;

/// Calls Func with the value of a future<T>: nothing for void; a tuple whole, or in pieces when Func does not take it
/// whole (what when_all_succeed() gives, as the tutorial spells it).
template <typename T>
struct continuation_argument {
    template <typename Func>
    static constexpr bool unpacks = !std::is_invocable_v<Func, T&&> && takes_elements<Func, T>;

    template <typename Func>
    static decltype(auto) pass(Func&& func, T&& value) {
        if constexpr (unpacks<Func>) {
            return std::apply([&func](auto&&... v) -> decltype(auto) {
                return call_for_future_or_value(std::forward<Func>(func), std::move(v)...);
            }, std::move(value));
        } else {
            return call_for_future_or_value(std::forward<Func>(func), std::move(value));
        }
    }
    template <typename Func>
    static auto result_of() {
        if constexpr (unpacks<Func>) {
            return std::type_identity<decltype(std::apply(std::declval<Func>(), std::declval<T&&>()))>();
        } else {
            return std::type_identity<decltype(call(std::declval<Func>(), std::declval<T&&>()))>();
        }
    }
};
template <>
struct continuation_argument<void> {
    template <typename Func>
    static decltype(auto) pass(Func&& func, monostate&&) {
        return call_for_future_or_value(std::forward<Func>(func));
    }
    template <typename Func>
    static auto result_of() {
        return std::type_identity<decltype(call(std::declval<Func>()))>();
    }
};

/// Whether a continuation may run inside then(), or has to go through the queue: after 256 in a row, and when the time
/// is up.
bool immediate_budget_refilled() noexcept;
inline bool may_run_immediately() noexcept {
    if (__builtin_expect(hot.immediate_left == 0 || __atomic_load_n(&hot.preempt, __ATOMIC_RELAXED), false)) {
        return immediate_budget_refilled();
    }
    --hot.immediate_left;
    return true;
}

}
}
