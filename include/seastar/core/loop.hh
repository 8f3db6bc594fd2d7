/// Asynchronous loops: repeat(), do_until(), do_for_each(), parallel_for_each() and their relatives.
///
/// All of them call the body in place for as long as its futures are ready and the shard does not want its time back
/// (need_preempt()): no allocation until then, and one for the whole loop afterwards. An exception, thrown or returned,
/// ends a loop and is its result; the parallel ones first wait for what they have started, and report one failure.
/// The body, a coroutine's captures included, lives until the loop's future resolves.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/future.hh>
#include <seastar/core/preempt.hh>
#include <seastar/util/bool_class.hh>
#include <seastar/util/is_smart_ptr.hh>

#include <iterator>
#include <optional>
#include <vector>

namespace seastar {

struct stop_iteration_tag {};
using stop_iteration = bool_class<stop_iteration_tag>;

namespace internal {

/// A closure whose coroutine would be left behind if the closure moved after its first call.
template <typename Func, typename... Args>
inline constexpr bool is_pinned = must_outlive_call<Func, std::remove_cvref_t<decltype(call(std::declval<Func&>(),
                                                                                         std::declval<Args>()...))>>();

/// The value type of what func(args...) gives as a future.
template <typename Func, typename... Args>
using step_value_t = typename futurize_t<
    std::remove_cvref_t<decltype(call(std::declval<Func&>(), std::declval<Args>()...))>>::value_type;

// A body of a loop is a struct with
//   static constexpr bool pinned    it must not move once step() was called
//   step_type                       what a step's future holds
//   result_type                     what the loop's future holds
//   bool more()                     asked before each step: false ends the loop; may throw
//   future<step_type> step()        may throw
//   bool take(stored_t<step_type>)  the value of a step; false ends the loop
//   future<result_type> finish()    the result of a loop that has ended

enum class loop_state { waits, ended, failed };

/// Goes on after the available `step` until there is something to wait for: the new step, or the queue, for preemption.
template <typename Body>
loop_state advance(Body& body, future<typename Body::step_type>& step) noexcept {
    using T = typename Body::step_type;
    while (step.available()) {
        if (step.failed()) {
            return loop_state::failed;
        }
        try {
            if constexpr (std::is_void_v<T>) {
                step.get();
            } else if (!body.take(step.get())) {
                return loop_state::ended;
            }
            if (!body.more()) {
                return loop_state::ended;
            }
            step = body.step();
        } catch (...) {
            step = current_exception_as_future<T>();
        }
        if (need_preempt()) {
            break;
        }
    }
    return loop_state::waits;
}

template <typename Body>
future<typename Body::step_type> first_step(Body& body) noexcept {
    try {
        return body.step();
    } catch (...) {
        return current_exception_as_future<typename Body::step_type>();
    }
}

template <typename Body>
future<typename Body::result_type> end_loop(Body& body, future<typename Body::step_type>& step,
                                            loop_state state) noexcept {
    if (state == loop_state::failed) {
        return make_exception_future<typename Body::result_type>(step.get_exception());
    }
    return body.finish();
}

/// A loop that has to wait.
template <typename Body>
class loop_task final : public continuation_base<typename Body::step_type>, public task_allocated {
    using T = typename Body::step_type;
    using R = typename Body::result_type;
    Body _body;
    promise_base_with_type<R> _promise;

public:
    explicit loop_task(Body&& body) : _body(std::move(body)) {}
    future<R> wait(future<T>&& step) noexcept {
        auto result = future_of(_promise);
        internal::set_callback(std::move(step), this);
        return result;
    }
    /// For pinned bodies, which run here from the first step on.
    future<R> start() noexcept {
        auto step = first_step(_body);
        auto state = advance(_body, step);
        if (state == loop_state::waits) {
            return wait(std::move(step));
        }
        auto result = end_loop(_body, step, state);
        delete this;
        return result;
    }
    void run_and_dispose() noexcept override {
        auto step = make_future_access::from_state(this->take_state());
        auto state = advance(_body, step);
        if (state == loop_state::waits) {
            internal::set_callback(std::move(step), this);
            return;
        }
        auto promise = std::move(_promise);
        auto result = end_loop(_body, step, state);
        delete this;
        result.forward_to(std::move(promise));
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

template <typename Body>
future<typename Body::result_type> run_loop(Body body) noexcept {
    using R = typename Body::result_type;
    try {
        if (!body.more()) {
            return body.finish();
        }
        if constexpr (Body::pinned) {
            return (new loop_task<Body>(std::move(body)))->start();
        } else {
            auto step = first_step(body);
            auto state = advance(body, step);
            if (state != loop_state::waits) {
                return end_loop(body, step, state);
            }
            return (new loop_task<Body>(std::move(body)))->wait(std::move(step));
        }
    } catch (...) {
        return current_exception_as_future<R>();
    }
}

template <typename Action>
struct repeat_body {
    static constexpr bool pinned = is_pinned<Action>;
    using step_type = step_value_t<Action>;
    using result_type = void;
    static_assert(std::is_same_v<step_type, stop_iteration>, "the body of repeat() says whether to stop");
    Action action;

    bool more() const noexcept { return true; }
    future<stop_iteration> step() { return futurize_invoke(action); }
    bool take(stop_iteration stop) const noexcept { return stop == stop_iteration::no; }
    future<> finish() const noexcept { return make_ready_future<>(); }
};

template <typename Action, typename Value>
struct repeat_until_value_body {
    static constexpr bool pinned = is_pinned<Action>;
    using step_type = std::optional<Value>;
    using result_type = Value;
    Action action;
    std::optional<Value> value;

    bool more() const noexcept { return true; }
    future<step_type> step() { return futurize_invoke(action); }
    bool take(std::optional<Value>&& v) {
        if (v) {
            value.emplace(std::move(*v));
        }
        return !v;
    }
    future<Value> finish() noexcept { return make_ready_future<Value>(std::move(*value)); }
};

/// A step is a future<>, whatever the action returns.
template <typename Action, typename... Args>
future<> step_of(Action& action, Args&&... args) {
    return futurize_invoke(action, std::forward<Args>(args)...).discard_result();
}

template <typename Stop, typename Action>
struct do_until_body {
    static constexpr bool pinned = is_pinned<Action>;
    using step_type = void;
    using result_type = void;
    Stop stop;
    Action action;

    bool more() { return !stop(); }
    future<> step() { return step_of(action); }
    future<> finish() const noexcept { return make_ready_future<>(); }
};

struct never_stop {
    bool operator()() const noexcept { return false; }
};

/// `Owner` keeps the range alive that the iterators point into.
template <typename Owner, typename Iterator, typename Sentinel, typename Action>
struct do_for_each_body {
    static constexpr bool pinned = is_pinned<Action, decltype(*std::declval<Iterator&>())>;
    using step_type = void;
    using result_type = void;
    [[no_unique_address]] Owner owner;
    Iterator at;
    Sentinel end;
    Action action;

    bool more() { return at != end; }
    future<> step() {
        // The iterator moves on first: the action may erase its element.
        if constexpr (requires(Iterator& i) { *i++; }) {
            return step_of(action, *at++);
        } else {
            auto f = step_of(action, *at);
            ++at;
            return f;
        }
    }
    future<> finish() const noexcept { return make_ready_future<>(); }
};

struct no_owner {};

template <typename Range>
concept any_range = requires(Range& r) {
    std::begin(r);
    std::end(r);
};
template <typename Pointer>
concept pointer_to_range = !any_range<Pointer> && is_smart_ptr<std::remove_cvref_t<Pointer>>::value;

/// What keeps a range alive that a pointer was given for: a copy where there can be one, the pointer itself if it is
/// ours.
template <typename Pointer>
using owner_of_t = std::conditional_t<std::is_lvalue_reference_v<Pointer> &&
                                          !std::is_copy_constructible_v<std::remove_cvref_t<Pointer>>,
                                      no_owner, std::remove_cvref_t<Pointer>>;
template <typename Owner, typename Pointer>
Owner own(Pointer&& pointer) {
    if constexpr (std::is_same_v<Owner, no_owner>) {
        return {};
    } else {
        return std::forward<Pointer>(pointer);
    }
}

/// Collects what parallel_for_each() has started and waits for all of it.
template <typename Func>
class parallel_task final : public task, public task_allocated {
    std::vector<future<>> _started;
    future<> _first = make_ready_future<>(); ///< that was started before there was room for any
    std::exception_ptr _failure;
    promise_base_with_type<void> _promise;

public:
    Func func;

    explicit parallel_task(Func&& f) : func(std::move(f)) {}
    /// For one more, and `hint` others. To be called before a future is there that must not be lost.
    void make_room(size_t hint) {
        if (_started.size() == _started.capacity()) {
            _started.reserve(std::max<size_t>(hint + 1, 2 * _started.size()));
        }
    }
    /// Requires: there is room, or it is the first.
    void add(future<>&& f) noexcept {
        if (f.available()) {
            note(f);
        } else if (_started.size() < _started.capacity()) {
            _started.push_back(std::move(f));
        } else {
            SEASTAR_ASSERT(_first.available());
            _first = std::move(f);
        }
    }
    /// Nothing more is added.
    future<> finish() noexcept {
        if (auto* next = next_to_wait_for()) {
            auto result = future_of(_promise);
            make_future_access::wait_in_place(*next, this);
            return result;
        }
        auto result = outcome();
        delete this;
        return result;
    }
    void run_and_dispose() noexcept override {
        if (auto* next = next_to_wait_for()) {
            make_future_access::wait_in_place(*next, this);
            return;
        }
        auto promise = std::move(_promise);
        auto result = outcome();
        delete this;
        result.forward_to(std::move(promise));
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    void note(future<>& f) noexcept {
        if (f.failed()) {
            _failure = f.get_exception();
        }
    }
    future<>* next_to_wait_for() noexcept {
        for (; !_started.empty(); _started.pop_back()) {
            if (!_started.back().available()) {
                return &_started.back();
            }
            note(_started.back());
        }
        if (!_first.available()) {
            return &_first;
        }
        note(_first);
        return nullptr;
    }
    future<> outcome() noexcept {
        return _failure ? make_exception_future<>(std::move(_failure)) : make_ready_future<>();
    }
};

template <typename Iterator, typename Sentinel>
size_t count_if_cheap(const Iterator& at, const Sentinel& end) noexcept {
    if constexpr (std::sized_sentinel_for<Sentinel, Iterator>) {
        return static_cast<size_t>(end - at);
    } else {
        return 0;
    }
}

template <typename Iterator, typename Sentinel, typename Func>
future<> run_parallel(Iterator at, Sentinel end, Func func) noexcept {
    parallel_task<Func>* waits = nullptr;
    future<> failed = make_ready_future<>();
    try {
        if constexpr (is_pinned<Func, decltype(*at)>) {
            if (at != end) {
                waits = new parallel_task<Func>(std::move(func));
            }
        }
        while (at != end) {
            if (waits) {
                waits->make_room(count_if_cheap(at, end));
            }
            auto f = step_of(waits ? waits->func : func, *at);
            ++at;
            if (waits) {
                waits->add(std::move(f));
            } else if (f.failed()) {
                failed.ignore_ready_future();
                failed = std::move(f);
            } else if (!f.available()) {
                waits = new parallel_task<Func>(std::move(func));
                waits->add(std::move(f));
            }
        }
    } catch (...) {
        failed.ignore_ready_future();
        failed = current_exception_as_future();
    }
    if (!waits) {
        return failed;
    }
    if (failed.failed()) {
        waits->add(std::move(failed));
    }
    return waits->finish();
}

/// max_concurrent_for_each(): as many slots as calls may be in flight; each takes the next element when its call is
/// done.
template <typename Owner, typename Iterator, typename Sentinel, typename Func>
class concurrent_loop : public task_allocated {
    class slot final : public continuation_base<void>, public task_allocated {
        concurrent_loop& _loop;

    public:
        explicit slot(concurrent_loop& loop) noexcept : _loop(loop) {}

        void run_and_dispose() noexcept override {
            auto f = make_future_access::from_state(this->take_state());
            if (_loop.next(f)) {
                internal::set_callback(std::move(f), this);
            } else {
                auto& loop = _loop;
                delete this;
                loop.slot_is_free();
            }
        }
        task* waiting_task() noexcept override { return _loop._promise.waiting_task(); }
    };

    [[no_unique_address]] Owner _owner;
    Iterator _at;
    Sentinel _end;
    Func _func;
    size_t _slots = 0;
    bool _stopped = false; ///< an iterator threw: there is no way to go on
    std::exception_ptr _failure;
    promise_base_with_type<void> _promise;

public:
    concurrent_loop(Owner owner, Iterator at, Sentinel end, Func func)
        : _owner(std::move(owner)), _at(std::move(at)), _end(std::move(end)), _func(std::move(func)) {}
    static constexpr bool pinned = is_pinned<Func, decltype(*std::declval<Iterator&>())>;

    /// Deals with the available `f` and takes elements until a call has to be waited for, `f` then. False: there are no
    /// more elements.
    bool next(future<>& f) noexcept {
        for (;;) {
            if (f.failed()) {
                _failure = f.get_exception();
            }
            try {
                if (_stopped || !(_at != _end)) {
                    return false;
                }
                f = step_of(_func, *_at);
                ++_at;
            } catch (...) {
                _stopped = true;
                f.ignore_ready_future();
                f = current_exception_as_future();
            }
            if (!f.available() || need_preempt()) {
                return true;
            }
        }
    }
    /// Occupies a slot. Requires: on the heap.
    void wait(future<>&& f) noexcept {
        ++_slots;
        internal::set_callback(std::move(f), new slot(*this));
    }
    future<> fill(size_t max) noexcept {
        auto f = make_ready_future<>();
        while (_slots < max && next(f)) {
            wait(std::move(f));
            f = make_ready_future<>();
        }
        if (_slots == 0) {
            auto result = outcome();
            delete this;
            return result;
        }
        return future_of(_promise);
    }
    future<> outcome() noexcept {
        return _failure ? make_exception_future<>(std::move(_failure)) : make_ready_future<>();
    }

private:
    void slot_is_free() noexcept {
        if (--_slots == 0) {
            auto promise = std::move(_promise);
            auto result = outcome();
            delete this;
            result.forward_to(std::move(promise));
        }
    }
};

template <typename Loop>
future<> run_concurrent(Loop loop, size_t max) noexcept {
    SEASTAR_ASSERT(max > 0);
    try {
        if constexpr (Loop::pinned) {
            return (new Loop(std::move(loop)))->fill(max);
        } else {
            auto f = make_ready_future<>();
            if (!loop.next(f)) {
                return loop.outcome();
            }
            auto* waits = new Loop(std::move(loop));
            waits->wait(std::move(f));
            return waits->fill(max);
        }
    } catch (...) {
        return current_exception_as_future();
    }
}

/// Calls loop(owner, begin, end) for a range, however it is given: a reference, a temporary, a pointer to one.
template <typename Range, typename Loop>
auto over_range(Range&& range, Loop&& loop) noexcept {
    if constexpr (pointer_to_range<Range>) {
        using owner = owner_of_t<Range>;
        auto& r = *range;
        return loop(own<owner>(std::forward<Range>(range)), std::begin(r), std::end(r));
    } else {
        return loop(no_owner(), std::begin(range), std::end(range));
    }
}

/// A range that goes when the call returns.
template <typename Range>
inline constexpr bool is_temporary_range =
    !std::is_lvalue_reference_v<Range> && !std::ranges::enable_borrowed_range<std::remove_cvref_t<Range>> &&
    !pointer_to_range<Range>;

}

/// Calls action, which returns stop_iteration or a future of it, until that is stop_iteration::yes.
template <typename Action>
future<> repeat(Action&& action) noexcept {
    return internal::run_loop(internal::repeat_body<std::decay_t<Action>>{std::forward<Action>(action)});
}

/// The T in the std::optional<T>, or the future of it, that the body of repeat_until_value() returns.
template <typename Optional>
struct repeat_until_value_type_helper;
template <typename T>
struct repeat_until_value_type_helper<future<std::optional<T>>> {
    using value_type = T;
    using optional_type = std::optional<T>;
    using future_type = future<T>;
    using future_optional_type = future<optional_type>;
};
template <typename Action>
using repeat_until_value_return_type =
    typename repeat_until_value_type_helper<typename futurize<std::invoke_result_t<Action>>::type>::future_type;

/// Calls action, which returns std::optional<T> or a future of it, until there is a value.
template <typename Action>
repeat_until_value_return_type<Action> repeat_until_value(Action action) noexcept {
    using value = typename repeat_until_value_return_type<Action>::value_type;
    return internal::run_loop(internal::repeat_until_value_body<Action, value>{std::move(action), {}});
}

/// Calls action until stop() is true before a call.
template <typename StopCondition, typename Action>
future<> do_until(StopCondition stop, Action action) noexcept {
    return internal::run_loop(internal::do_until_body<StopCondition, Action>{std::move(stop), std::move(action)});
}

/// Calls action again and again until it fails.
template <typename Action>
future<> keep_doing(Action action) noexcept {
    return internal::run_loop(internal::do_until_body<internal::never_stop, Action>{{}, std::move(action)});
}

/// Calls action(*it) for each element in turn; the next call is made when the future of the one before has resolved.
/// What the iterators point into must live until the result resolves.
template <typename Iterator, typename Sentinel, typename Action>
    requires requires(Iterator i, Sentinel s) {
        { *i };
        { i != s };
    }
future<> do_for_each(Iterator begin, Sentinel end, Action action) noexcept {
    return internal::run_loop(internal::do_for_each_body<internal::no_owner, Iterator, Sentinel, Action>{
        {}, std::move(begin), std::move(end), std::move(action)});
}

/// The same for a range. A reference: it must live until the result resolves. A temporary or a smart pointer is kept.
template <typename Range, typename Action>
future<> do_for_each(Range&& range, Action action) noexcept {
    if constexpr (internal::is_temporary_range<Range>) {
        return do_with(std::forward<Range>(range), [action = std::move(action)](auto& range) mutable {
            return do_for_each(range, std::move(action));
        });
    } else {
        return internal::over_range(std::forward<Range>(range), [&action](auto owner, auto begin, auto end) {
            return internal::run_loop(
                internal::do_for_each_body<decltype(owner), decltype(begin), decltype(end), Action>{
                    std::move(owner), std::move(begin), std::move(end), std::move(action)});
        });
    }
}

/// Calls func(*it) for all elements at once, without waiting in between. Resolves when all calls have; failed if one
/// has.
template <typename Iterator, typename Sentinel, typename Func>
    requires requires(Iterator i, Sentinel s) {
        { *i };
        { i != s };
    }
future<> parallel_for_each(Iterator begin, Sentinel end, Func&& func) noexcept {
    return internal::run_parallel<Iterator, Sentinel, std::decay_t<Func>>(std::move(begin), std::move(end),
                                                                          std::forward<Func>(func));
}
/// The same for a range, or a smart pointer to one. What the elements are references to must outlive the calls.
template <typename Range, typename Func>
future<> parallel_for_each(Range&& range, Func&& func) noexcept {
    return internal::over_range(std::forward<Range>(range), [&func](auto owner, auto begin, auto end) {
        using owner_t = decltype(owner);
        if constexpr (std::is_same_v<owner_t, internal::no_owner>) {
            return parallel_for_each(std::move(begin), std::move(end), std::forward<Func>(func));
        } else {
            auto f = parallel_for_each(std::move(begin), std::move(end), std::forward<Func>(func));
            return f.available() ? std::move(f) : std::move(f).finally([owner = std::move(owner)] {});
        }
    });
}

/// As parallel_for_each(), but with at most max_concurrent calls in flight. Requires: max_concurrent > 0.
template <typename Iterator, typename Sentinel, typename Func>
    requires requires(Iterator i, Sentinel s) {
        { *i };
        { i != s };
    }
future<> max_concurrent_for_each(Iterator begin, Sentinel end, size_t max_concurrent, Func&& func) noexcept {
    return internal::run_concurrent(
        internal::concurrent_loop<internal::no_owner, Iterator, Sentinel, std::decay_t<Func>>(
            {}, std::move(begin), std::move(end), std::forward<Func>(func)),
        max_concurrent);
}
/// The same for a range. A reference: it must live until the result resolves. A temporary or a smart pointer is kept.
template <typename Range, typename Func>
future<> max_concurrent_for_each(Range&& range, size_t max_concurrent, Func&& func) noexcept {
    if constexpr (internal::is_temporary_range<Range>) {
        return do_with(std::forward<Range>(range), std::decay_t<Func>(std::forward<Func>(func)),
                       [max_concurrent](auto& range, auto& func) {
                           return max_concurrent_for_each(range, max_concurrent, std::move(func));
                       });
    } else {
        return internal::over_range(std::forward<Range>(range), [&](auto owner, auto begin, auto end) {
            return internal::run_concurrent(
                internal::concurrent_loop<decltype(owner), decltype(begin), decltype(end), std::decay_t<Func>>(
                    std::move(owner), std::move(begin), std::move(end), std::forward<Func>(func)),
                max_concurrent);
        });
    }
}

}
