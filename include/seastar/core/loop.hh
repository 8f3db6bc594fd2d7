/// Loops over asynchronous bodies. All of them look at need_preempt() after each iteration and keep the body until their
/// future resolves. While the bodies' futures are ready nothing is allocated; a loop that has to wait allocates once.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/future.hh>
#include <seastar/core/preempt.hh>
#include <seastar/util/bool_class.hh>

#include <iterator>
#include <optional>
#include <vector>

namespace seastar {

struct stop_iteration_tag {};
/// What a body of repeat() returns: whether it was the last time.
using stop_iteration = bool_class<stop_iteration_tag>;

namespace internal {

/// Whether a body is a coroutine with captures, which has to stay where it is while a call of it is under way.
template <typename Body, typename... Args>
inline constexpr bool keep_body =
    must_outlive_call<Body&&, std::remove_cvref_t<decltype(call(std::declval<Body&>(), std::declval<Args>()...))>>();

template <typename Body>
class repeater final : public continuation_base<stop_iteration>, public task_allocated {
    Body _body;
    promise_base_with_type<void> _promise;

public:
    explicit repeater(Body&& body) : _body(std::move(body)) {}
    future<> wait_for(future<stop_iteration>&& f) noexcept {
        auto result = future_of(_promise);
        internal::set_callback(std::move(f), this);
        return result;
    }
    void run_and_dispose() noexcept override {
        auto f = make_future_access::from_state(take_state());
        for (;;) {
            if (f.failed()) {
                return finish(f.get_exception());
            }
            if (f.get() == stop_iteration::yes) {
                return finish({});
            }
            f = futurize<stop_iteration>::invoke(_body);
            if (!f.available() || need_preempt()) {
                return internal::set_callback(std::move(f), this);
            }
        }
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    void finish(std::exception_ptr ex) noexcept {
        auto promise = std::move(_promise);
        delete this;
        if (ex) {
            promise.set_exception(std::move(ex));
        } else {
            promise.set_value();
        }
    }
};

template <typename Body>
future<> repeat_body(Body&& body) noexcept {
    for (;;) {
        auto f = futurize<stop_iteration>::invoke(body);
        if (!f.available() || need_preempt()) {
            return (new repeater<std::remove_reference_t<Body>>(std::move(body)))->wait_for(std::move(f));
        }
        if (f.failed()) {
            return make_exception_future<>(f.get_exception());
        }
        if (f.get() == stop_iteration::yes) {
            return make_ready_future<>();
        }
    }
}

/// A body that refers to one that somebody else keeps.
template <typename Body>
struct body_ref {
    Body* body;
    template <typename... A>
    decltype(auto) operator()(A&&... a) const {
        return call(*body, std::forward<A>(a)...);
    }
};

}

/// Calls body until it returns stop_iteration::yes, or a future of it, one call after the other. A failure ends the loop.
template <typename AsyncAction>
future<> repeat(AsyncAction&& body) noexcept {
    using body_t = std::remove_cvref_t<AsyncAction>;
    static_assert(std::is_same_v<futurize_t<std::remove_cvref_t<decltype(internal::call(body))>>, future<stop_iteration>>,
                  "the body of repeat() returns stop_iteration, or a future of it");
    if constexpr (internal::keep_body<body_t>) {
        return do_with(body_t(std::forward<AsyncAction>(body)), [](body_t& kept) {
            return internal::repeat_body(internal::body_ref<body_t>{&kept});
        });
    } else {
        body_t own(std::forward<AsyncAction>(body));
        return internal::repeat_body(std::move(own));
    }
}

/// Calls body until stop() is true, which is asked first.
template <typename StopCondition, typename AsyncAction>
future<> do_until(StopCondition stop, AsyncAction action) noexcept {
    if constexpr (internal::keep_body<AsyncAction>) {
        return do_with(std::move(action), [stop = std::move(stop)](AsyncAction& kept) mutable {
            return do_until(std::move(stop), internal::body_ref<AsyncAction>{&kept});
        });
    } else {
        struct body {
            StopCondition stop;
            AsyncAction action;
            future<stop_iteration> operator()() {
                if (stop()) {
                    return make_ready_future<stop_iteration>(stop_iteration::yes);
                }
                auto f = futurize_invoke(action);
                if (f.available()) {
                    return f.failed() ? make_exception_future<stop_iteration>(f.get_exception())
                                      : make_ready_future<stop_iteration>(stop_iteration::no);
                }
                return f.then([] { return stop_iteration::no; });
            }
        };
        return internal::repeat_body(body{std::move(stop), std::move(action)});
    }
}

/// Calls body for ever; only a failure ends it, which is the result.
template <typename AsyncAction>
future<> keep_doing(AsyncAction action) noexcept {
    return do_until([] { return false; }, std::move(action));
}

namespace internal {

template <typename T>
struct optional_value;
template <typename T>
struct optional_value<std::optional<T>> {
    using type = T;
};
template <typename T>
struct optional_value<future<std::optional<T>>> {
    using type = T;
};

}

template <typename AsyncAction>
using repeat_until_value_return_type = future<typename internal::optional_value<
    std::remove_cvref_t<decltype(internal::call(std::declval<AsyncAction&>()))>>::type>;

/// Calls body until it returns a value (in a std::optional, or a future of one), which is the result.
template <typename AsyncAction>
repeat_until_value_return_type<AsyncAction> repeat_until_value(AsyncAction action) noexcept {
    using value_t = typename repeat_until_value_return_type<AsyncAction>::value_type;
    return do_with(std::move(action), std::optional<value_t>(), [](AsyncAction& action, std::optional<value_t>& value) {
        return internal::repeat_body([&action, &value] {
                   auto f = futurize<std::optional<value_t>>::invoke(action);
                   return f.then([&value](std::optional<value_t> v) {
                       value = std::move(v);
                       return stop_iteration(value.has_value());
                   });
               })
            .then([&value] { return std::move(*value); });
    });
}

namespace internal {

template <typename Range>
concept any_range = requires(Range& r) {
    std::begin(r);
    std::end(r);
};
template <typename Pointer>
concept pointer_to_range = !any_range<Pointer> && requires(Pointer& p) {
    std::begin(*p);
    std::end(*p);
};

template <typename Iterator, typename Sentinel, typename Action>
future<> for_each_in_turn(Iterator begin, Sentinel end, Action&& action) noexcept {
    struct body {
        Iterator it;
        Sentinel end;
        std::remove_cvref_t<Action> action;
        future<stop_iteration> operator()() {
            if (it == end) {
                return make_ready_future<stop_iteration>(stop_iteration::yes);
            }
            auto f = futurize_invoke(action, *it);
            ++it;
            if (f.available()) {
                return f.failed() ? make_exception_future<stop_iteration>(f.get_exception())
                                  : make_ready_future<stop_iteration>(stop_iteration(it == end));
            }
            return f.discard_result().then([] { return stop_iteration::no; });
        }
    };
    return repeat_body(body{std::move(begin), std::move(end), std::forward<Action>(action)});
}

}

/// Calls action for each element in turn, each time when the one before is done.
template <typename Iterator, typename Sentinel, typename AsyncAction>
    requires(!internal::any_range<Iterator> || std::is_pointer_v<Iterator>) &&
            requires(Iterator i, Sentinel s, AsyncAction a) {
                *i;
                i == s;
                internal::call(a, *i);
            }
future<> do_for_each(Iterator begin, Sentinel end, AsyncAction action) noexcept {
    if constexpr (internal::keep_body<AsyncAction, decltype(*begin)>) {
        return do_with(std::move(action), [begin = std::move(begin), end = std::move(end)](AsyncAction& kept) mutable {
            return internal::for_each_in_turn(std::move(begin), std::move(end), internal::body_ref<AsyncAction>{&kept});
        });
    } else {
        return internal::for_each_in_turn(std::move(begin), std::move(end), std::move(action));
    }
}

/// The same for a range. A range given by lvalue, as all iterators, has to outlive the future; a temporary is kept.
template <typename Range, typename AsyncAction>
    requires internal::any_range<Range>
future<> do_for_each(Range&& range, AsyncAction action) noexcept {
    if constexpr (std::is_lvalue_reference_v<Range>) {
        return do_for_each(std::begin(range), std::end(range), std::move(action));
    } else {
        return do_with(std::move(range), [action = std::move(action)](auto& kept) mutable {
            return do_for_each(std::begin(kept), std::end(kept), std::move(action));
        });
    }
}

/// The same for a pointer to a range, which is kept.
template <typename Pointer, typename AsyncAction>
    requires internal::pointer_to_range<Pointer>
future<> do_for_each(Pointer range, AsyncAction action) noexcept {
    return do_with(std::move(range), [action = std::move(action)](auto& kept) mutable {
        return do_for_each(std::begin(*kept), std::end(*kept), std::move(action));
    });
}

namespace internal {

/// The futures of a parallel loop that were not ready, waited for one after the other; the first failure is the result.
class parallel_state final : public continuation_base<void>, public task_allocated {
    std::vector<future<>> _waiting;
    std::exception_ptr _error;
    promise_base_with_type<void> _promise;

public:
    void add(future<>&& f) { _waiting.push_back(std::move(f)); }
    void fail(std::exception_ptr ex) noexcept {
        if (!_error) {
            _error = std::move(ex);
        }
    }
    future<> wait() noexcept {
        auto f = future_of(_promise);
        wait_for_next();
        return f;
    }
    void run_and_dispose() noexcept override;
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    void wait_for_next() noexcept;
};

template <typename Iterator, typename Sentinel, typename Func>
future<> for_each_at_once(Iterator begin, Sentinel end, Func& func) noexcept {
    parallel_state* state = nullptr;
    std::exception_ptr error;
    for (; begin != end; ++begin) {
        auto f = futurize_invoke(func, *begin).discard_result();
        if (!f.available()) {
            if (!state) {
                state = new parallel_state();
            }
            state->add(std::move(f));
        } else if (f.failed()) {
            auto ex = f.get_exception();
            if (!error) {
                error = std::move(ex);
            }
        }
    }
    if (state) {
        if (error) {
            state->fail(std::move(error));
        }
        return state->wait();
    }
    return error ? make_exception_future<>(std::move(error)) : make_ready_future<>();
}

}

/// Calls func for all elements at once and resolves when all futures have. One of the failures, if any, is the result.
template <typename Iterator, typename Sentinel, typename Func>
    requires(!internal::any_range<Iterator> || std::is_pointer_v<Iterator>) &&
            requires(Iterator i, Sentinel s, Func f) {
                i != s;
                internal::call(f, *i);
            }
future<> parallel_for_each(Iterator begin, Sentinel end, Func&& func) noexcept {
    return internal::with_function<internal::keep_body<std::remove_cvref_t<Func>, decltype(*begin)>>(
        std::forward<Func>(func), [&begin, &end](auto& f) {
            return internal::for_each_at_once(std::move(begin), std::move(end), f);
        });
}

template <typename Range, typename Func>
    requires internal::any_range<Range>
future<> parallel_for_each(Range&& range, Func&& func) noexcept {
    if constexpr (std::is_lvalue_reference_v<Range>) {
        return parallel_for_each(std::begin(range), std::end(range), std::forward<Func>(func));
    } else {
        return do_with(std::move(range), [&func](auto& kept) {
            return parallel_for_each(std::begin(kept), std::end(kept), std::forward<Func>(func));
        });
    }
}

template <typename Pointer, typename Func>
    requires internal::pointer_to_range<Pointer>
future<> parallel_for_each(Pointer range, Func&& func) noexcept {
    return do_with(std::move(range), [&func](auto& kept) {
        return parallel_for_each(std::begin(*kept), std::end(*kept), std::forward<Func>(func));
    });
}

namespace internal {

/// At most `limit` bodies at a time: starts the next one whenever one ends.
template <typename Iterator, typename Sentinel, typename Func>
class concurrent_loop final : public task, public task_allocated {
    Iterator _it;
    Sentinel _end;
    size_t _limit;
    Func _func;
    size_t _running = 0;
    bool _scheduled = false;
    std::exception_ptr _error;
    promise_base_with_type<void> _promise;

public:
    concurrent_loop(Iterator it, Sentinel end, size_t limit, Func func)
        : _it(std::move(it)), _end(std::move(end)), _limit(limit ? limit : 1), _func(std::move(func)) {}
    future<> start() noexcept {
        auto f = future_of(_promise);
        run_and_dispose();
        return f;
    }
    void run_and_dispose() noexcept override {
        _scheduled = false;
        // A failure starts nothing more.
        while (_running < _limit && _it != _end && !_error) {
            auto f = futurize_invoke(_func, *_it).discard_result();
            ++_it;
            if (!f.available()) {
                ++_running;
                (void)f.then_wrapped([this](future<> f) { ended(std::move(f)); });
            } else if (f.failed()) {
                fail(f.get_exception());
            } else if (need_preempt()) {
                _scheduled = true;
                ::seastar::schedule(this);
                return;
            }
        }
        if (_running == 0 && !_scheduled) {
            auto promise = std::move(_promise);
            auto error = std::move(_error);
            delete this;
            if (error) {
                promise.set_exception(std::move(error));
            } else {
                promise.set_value();
            }
        }
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    void fail(std::exception_ptr ex) noexcept {
        if (!_error) {
            _error = std::move(ex);
        }
    }
    void ended(future<>&& f) noexcept {
        --_running;
        if (f.failed()) {
            fail(f.get_exception());
        }
        if (!_scheduled) {
            run_and_dispose();
        }
    }
};

}

/// Calls func for all elements, at most max_concurrent at a time.
template <typename Iterator, typename Sentinel, typename Func>
    requires(!internal::any_range<Iterator> || std::is_pointer_v<Iterator>) &&
            requires(Iterator i, Sentinel s, Func f) {
                i != s;
                internal::call(f, *i);
            }
future<> max_concurrent_for_each(Iterator begin, Sentinel end, size_t max_concurrent, Func&& func) noexcept {
    using loop = internal::concurrent_loop<Iterator, Sentinel, std::decay_t<Func>>;
    return (new loop(std::move(begin), std::move(end), max_concurrent, std::forward<Func>(func)))->start();
}

template <typename Range, typename Func>
    requires internal::any_range<Range>
future<> max_concurrent_for_each(Range&& range, size_t max_concurrent, Func&& func) noexcept {
    if constexpr (std::is_lvalue_reference_v<Range>) {
        return max_concurrent_for_each(std::begin(range), std::end(range), max_concurrent, std::forward<Func>(func));
    } else {
        return do_with(std::move(range), [max_concurrent, &func](auto& kept) {
            return max_concurrent_for_each(std::begin(kept), std::end(kept), max_concurrent, std::forward<Func>(func));
        });
    }
}

template <typename Pointer, typename Func>
    requires internal::pointer_to_range<Pointer>
future<> max_concurrent_for_each(Pointer range, size_t max_concurrent, Func&& func) noexcept {
    return do_with(std::move(range), [max_concurrent, &func](auto& kept) {
        return max_concurrent_for_each(std::begin(*kept), std::end(*kept), max_concurrent, std::forward<Func>(func));
    });
}

}
