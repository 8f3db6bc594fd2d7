/// when_all(): waits for several futures.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/future.hh>
#include <seastar/core/loop.hh>

#include <iterator>
#include <tuple>
#include <vector>

namespace seastar {

/// A function is called and what comes of it becomes a future; a future stays what it is.
template <typename T>
auto futurize_invoke_if_func(T&& value) noexcept {
    if constexpr (std::is_invocable_v<T>) {
        return futurize_invoke(std::forward<T>(value));
    } else {
        static_assert(is_future<std::remove_cvref_t<T>>::value, "a future or a function without arguments is expected");
        static_assert(!std::is_lvalue_reference_v<T>, "futures are taken by rvalue: use std::move()");
        return std::forward<T>(value);
    }
}

namespace internal {

/// Futures, and waiting for those that are not ready, one after the other. The result stays in the futures.
template <typename Futures>
class when_all_state final : public task, public task_allocated {
    Futures _futures;
    promise_base_with_type<Futures> _promise;

public:
    explicit when_all_state(Futures&& futures) : _futures(std::move(futures)) {}
    future<Futures> start() noexcept {
        auto f = future_of(_promise);
        run_and_dispose();
        return f;
    }
    void run_and_dispose() noexcept override {
        if (!wait_for_one()) {
            auto promise = std::move(_promise);
            auto futures = std::move(_futures);
            delete this;
            promise.set_value(std::move(futures));
        }
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    template <typename T>
    bool wait_for(future<T>& f) noexcept {
        if (f.available()) {
            return false;
        }
        make_future_access::wait_in_place(f, this);
        return true;
    }
    bool wait_for_one() noexcept {
        if constexpr (is_tuple<Futures>) {
            return std::apply([this](auto&... f) { return (wait_for(f) || ...); }, _futures);
        } else {
            for (auto& f : _futures) {
                if (wait_for(f)) {
                    return true;
                }
            }
            return false;
        }
    }
};

template <typename Futures>
future<Futures> wait_for_all(Futures&& futures) noexcept {
    bool ready;
    if constexpr (is_tuple<Futures>) {
        ready = std::apply([](auto&... f) { return (f.available() && ...); }, futures);
    } else {
        ready = true;
        for (auto& f : futures) {
            ready = ready && f.available();
        }
    }
    if (ready) {
        return make_ready_future<Futures>(std::move(futures));
    }
    return (new when_all_state<Futures>(std::move(futures)))->start();
}

template <typename T>
struct value_tuple {
    using type = std::tuple<T>;
    static type take(future<T>& f) { return type(f.get()); }
};
template <>
struct value_tuple<void> {
    using type = std::tuple<>;
    static type take(future<>& f) {
        f.get();
        return {};
    }
};

// The first failure; the others are dropped without a report.
template <typename T>
void take_failure(std::exception_ptr& first, future<T>& f) noexcept {
    if (f.failed()) {
        auto ex = f.get_exception();
        if (!first) {
            first = std::move(ex);
        }
    }
}

template <typename... T>
auto values_of(std::tuple<future<T>...>&& futures) noexcept {
    using values = decltype(std::tuple_cat(std::declval<typename value_tuple<T>::type>()...));
    std::exception_ptr error;
    std::apply([&error](auto&... f) { (take_failure(error, f), ...); }, futures);
    if (error) {
        return make_exception_future<values>(std::move(error));
    }
    return std::apply(
        [](auto&... f) { return make_ready_future<values>(std::tuple_cat(value_tuple<T>::take(f)...)); }, futures);
}

template <typename T>
auto values_of(std::vector<future<T>>&& futures) noexcept {
    using result = std::conditional_t<std::is_void_v<T>, void, std::vector<stored_t<T>>>;
    std::exception_ptr error;
    for (auto& f : futures) {
        take_failure(error, f);
    }
    if (error) {
        return make_exception_future<result>(std::move(error));
    }
    if constexpr (std::is_void_v<T>) {
        return make_ready_future<>();
    } else {
        result values;
        values.reserve(futures.size());
        for (auto& f : futures) {
            values.push_back(f.get());
        }
        return make_ready_future<result>(std::move(values));
    }
}

template <typename Iterator>
using iterated_future = std::remove_cvref_t<decltype(*std::declval<Iterator&>())>;

template <typename Iterator>
auto to_vector(Iterator begin, Iterator end) {
    std::vector<iterated_future<Iterator>> futures;
    for (; begin != end; ++begin) {
        futures.push_back(std::move(*begin));
    }
    return futures;
}

template <typename... T>
inline constexpr bool are_iterators = false;
template <typename T>
inline constexpr bool are_iterators<T, T> = !std::is_invocable_v<T> && requires(T i) {
    *i;
    ++i;
    i != i;
};

}

/// Waits for all, whatever becomes of them. The result is a tuple of the futures, now ready; failures are in them.
/// Arguments are futures, by rvalue, or functions that return something.
template <typename... T>
    requires(!internal::are_iterators<std::remove_cvref_t<T>...>)
auto when_all(T&&... futures) noexcept {
    return internal::wait_for_all(std::make_tuple(futurize_invoke_if_func(std::forward<T>(futures))...));
}
/// The same for a range of futures of one type: a vector of them.
template <typename Iterator>
    requires internal::are_iterators<Iterator, Iterator>
auto when_all(Iterator begin, Iterator end) noexcept {
    return internal::wait_for_all(internal::to_vector(begin, end));
}

/// Waits for all. The result is their values, those of future<>s left out: a continuation takes them as arguments (or as
/// one std::tuple); without any it converts to future<>. If some failed one of the failures is the result.
template <typename... T>
    requires(!internal::are_iterators<std::remove_cvref_t<T>...>)
auto when_all_succeed(T&&... futures) noexcept {
    return when_all(std::forward<T>(futures)...).then([](auto&& ready) { return internal::values_of(std::move(ready)); });
}
/// The same for a range: a vector of the values, or nothing.
template <typename Iterator>
    requires internal::are_iterators<Iterator, Iterator>
auto when_all_succeed(Iterator begin, Iterator end) noexcept {
    return when_all(begin, end).then([](auto&& ready) { return internal::values_of(std::move(ready)); });
}
template <typename T>
auto when_all_succeed(std::vector<future<T>>&& futures) noexcept {
    return internal::wait_for_all(std::move(futures)).then([](auto&& ready) {
        return internal::values_of(std::move(ready));
    });
}

}
