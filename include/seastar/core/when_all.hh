/// Waiting for several futures at once: when_all() gives back all of them, when_all_succeed() their values.
#pragma once

#include <seastar/core/future.hh>

#include <iterator>
#include <tuple>
#include <vector>

namespace seastar {

/// A future as it is; anything else is a function, which is called for one.
template <typename FutureOrFunc>
auto futurize_invoke_if_func(FutureOrFunc&& f) noexcept {
    if constexpr (is_future<std::remove_cvref_t<FutureOrFunc>>::value) {
        static_assert(!std::is_lvalue_reference_v<FutureOrFunc>, "futures are passed by std::move()");
        return std::move(f);
    } else {
        return futurize_invoke(std::forward<FutureOrFunc>(f));
    }
}

namespace internal {

/// The first of the futures that is not available; wait_for(it, waiter). False: all are.
template <typename... T>
bool wait_for_one(std::tuple<future<T>...>& all, task* waiter) noexcept {
    return std::apply(
        [&](future<T>&... f) {
            return (... || (!f.available() && (make_future_access::wait_in_place(f, waiter), true)));
        },
        all);
}
template <typename T>
bool wait_for_one(std::vector<future<T>>& all, task* waiter) noexcept {
    for (auto& f : all) {
        if (!f.available()) {
            make_future_access::wait_in_place(f, waiter);
            return true;
        }
    }
    return false;
}

template <typename... T>
bool all_available(const std::tuple<future<T>...>& all) noexcept {
    return std::apply([](const future<T>&... f) { return (... && f.available()); }, all);
}
template <typename T>
bool all_available(const std::vector<future<T>>& all) noexcept {
    for (auto& f : all) {
        if (!f.available()) {
            return false;
        }
    }
    return true;
}

/// Holds the futures where they are until all are available, then makes Finish's result of them. One allocation.
template <typename Futures, typename Finish>
class wait_for_all final : public task, public task_allocated {
    using result = decltype(Finish::of(std::declval<Futures>()));
    using T = typename result::value_type;
    Futures _futures;
    promise_base_with_type<T> _promise;

    explicit wait_for_all(Futures&& futures) noexcept : _futures(std::move(futures)) {}

public:
    static result of(Futures futures) noexcept {
        if (all_available(futures)) {
            return Finish::of(std::move(futures));
        }
        auto* w = new wait_for_all(std::move(futures));
        auto f = future_of(w->_promise);
        wait_for_one(w->_futures, w);
        return f;
    }
    void run_and_dispose() noexcept override {
        if (!wait_for_one(_futures, this)) {
            Finish::of(std::move(_futures)).forward_to(std::move(_promise));
            delete this;
        }
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

struct finish_with_futures {
    template <typename Futures>
    static future<Futures> of(Futures&& futures) noexcept {
        return make_ready_future<Futures>(std::move(futures));
    }
};

/// The first failure out of many; the others are forgotten.
class failure_of {
    std::exception_ptr _ex;

public:
    template <typename T>
    void look_at(future<T>& f) noexcept {
        if (f.failed()) {
            auto ex = f.get_exception();
            if (!_ex) {
                _ex = std::move(ex);
            }
        }
    }
    explicit operator bool() const noexcept { return static_cast<bool>(_ex); }
    std::exception_ptr take() noexcept { return std::move(_ex); }
};

template <typename T>
auto value_as_tuple(future<T>& f) noexcept {
    if constexpr (std::is_void_v<T>) {
        return std::tuple<>();
    } else {
        return std::tuple<T>(f.get());
    }
}

struct finish_with_values {
    template <typename... T>
    static auto of(std::tuple<future<T>...>&& futures) noexcept {
        using values = decltype(std::tuple_cat(value_as_tuple(std::declval<future<T>&>())...));
        return std::apply(
            [](future<T>&... f) {
                failure_of failure;
                (..., failure.look_at(f));
                if (failure) {
                    return make_exception_future<values>(failure.take());
                }
                return make_ready_future<values>(std::tuple_cat(value_as_tuple(f)...));
            },
            futures);
    }
    template <typename T>
    static auto of(std::vector<future<T>>&& futures) noexcept {
        using values = std::conditional_t<std::is_void_v<T>, void, std::vector<stored_t<T>>>;
        failure_of failure;
        for (auto& f : futures) {
            failure.look_at(f);
        }
        if (failure) {
            return make_exception_future<values>(failure.take());
        }
        if constexpr (std::is_void_v<T>) {
            return make_ready_future<>();
        } else {
            try {
                values v;
                v.reserve(futures.size());
                for (auto& f : futures) {
                    v.push_back(f.get());
                }
                return make_ready_future<values>(std::move(v));
            } catch (...) {
                return current_exception_as_future<values>();
            }
        }
    }
};

template <typename Iterator>
concept future_iterator = requires(Iterator i) {
    typename std::iterator_traits<Iterator>::iterator_category;
    requires is_future<typename std::iterator_traits<Iterator>::value_type>::value;
};

template <typename Iterator>
std::vector<typename std::iterator_traits<Iterator>::value_type> take_futures(Iterator begin, Iterator end) {
    std::vector<typename std::iterator_traits<Iterator>::value_type> futures;
    if constexpr (std::forward_iterator<Iterator>) {
        futures.reserve(static_cast<size_t>(std::distance(begin, end)));
    }
    for (; begin != end; ++begin) {
        futures.push_back(std::move(*begin));
    }
    return futures;
}

template <typename Finish, typename... FutureOrFunc>
auto wait_for_each(FutureOrFunc&&... f) noexcept {
    using futures = std::tuple<decltype(futurize_invoke_if_func(std::forward<FutureOrFunc>(f)))...>;
    return wait_for_all<futures, Finish>::of(futures{futurize_invoke_if_func(std::forward<FutureOrFunc>(f))...});
}
template <typename Finish, typename Iterator>
auto wait_for_range(Iterator begin, Iterator end) noexcept {
    using futures = std::vector<typename std::iterator_traits<Iterator>::value_type>;
    using result = decltype(wait_for_all<futures, Finish>::of(std::declval<futures>()));
    try {
        return wait_for_all<futures, Finish>::of(take_futures(begin, end));
    } catch (...) {
        return current_exception_as_future<typename result::value_type>();
    }
}

}

/// Futures, or functions that return them: a future of a tuple of these futures, all available, failed ones too.
template <typename... FutureOrFunc>
    requires(!(sizeof...(FutureOrFunc) == 2 && (... && internal::future_iterator<std::decay_t<FutureOrFunc>>)))
auto when_all(FutureOrFunc&&... f) noexcept {
    return internal::wait_for_each<internal::finish_with_futures>(std::forward<FutureOrFunc>(f)...);
}
/// The same for a range of futures, which are moved from: a future of a vector.
template <internal::future_iterator Iterator>
auto when_all(Iterator begin, Iterator end) noexcept {
    return internal::wait_for_range<internal::finish_with_futures>(std::move(begin), std::move(end));
}

/// A future of a tuple of the values, those of future<> left out; then() also takes them as separate arguments, and
/// where there are none it converts to future<>. Waits for all; if any failed, fails with the exception of the first of
/// them, in the order of the arguments.
template <typename... FutureOrFunc>
    requires(!(sizeof...(FutureOrFunc) == 2 && (... && internal::future_iterator<std::decay_t<FutureOrFunc>>)))
auto when_all_succeed(FutureOrFunc&&... f) noexcept {
    return internal::wait_for_each<internal::finish_with_values>(std::forward<FutureOrFunc>(f)...);
}
/// The same for a range: a future of a vector of the values, or future<> where there are none.
template <internal::future_iterator Iterator>
auto when_all_succeed(Iterator begin, Iterator end) noexcept {
    return internal::wait_for_range<internal::finish_with_values>(std::move(begin), std::move(end));
}
template <typename T>
auto when_all_succeed(std::vector<future<T>>&& futures) noexcept {
    return internal::wait_for_all<std::vector<future<T>>, internal::finish_with_values>::of(std::move(futures));
}

}
