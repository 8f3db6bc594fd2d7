/// promise<T>: the producing side. A promise and its future point at each other until one of them goes; whoever moves
/// tells the other. Second of the parts of core/future.hh.
#pragma once

#include <seastar/core/internal/future_state.hh>
#include <seastar/core/task.hh>

namespace seastar {
namespace internal {

class future_base;

/// Where the result goes (_state) and who waits for it (_task).
/// Invariants:
/// 1. _future is set while a future of this promise exists that nothing is attached to; then _state is that future's.
/// 2. once a continuation or coroutine is attached, _future is null, _task is it, and _state is the state it reads.
/// 3. after the result is set, _state and _task are null.
class promise_base {
protected:
    friend class future_base;
    future_base* _future = nullptr;
    future_state_base* _state = nullptr;
    task* _task = nullptr;

    promise_base() noexcept = default;
    promise_base(future_base* future, future_state_base* state) noexcept;
    explicit promise_base(future_state_base* state) noexcept : _state(state) {}
    promise_base(promise_base&& other) noexcept;
    promise_base& operator=(promise_base&&) = delete;
    /// Takes the other's place: its future, waiter and state. Requires: detached from its own.
    void take_over(promise_base&& other) noexcept;
    ~promise_base() {
        if (__builtin_expect(_state != nullptr || _future != nullptr, false)) {
            abandon();
        }
    }

    /// Nobody will set the result: whoever waits gets broken_promise.
    void abandon() noexcept;
    void schedule_waiter() noexcept {
        if (_task) {
            ::seastar::schedule(std::exchange(_task, nullptr));
        }
    }
    void detach() noexcept;

public:
    void set_exception(std::exception_ptr ex) noexcept;
    task* waiting_task() const noexcept { return _task; }
};

/// A promise without room for a result of its own: its future exists already, or something waits.
template <typename T>
class promise_base_with_type : public promise_base {
protected:
    future_state<T>* state() noexcept { return static_cast<future_state<T>*>(_state); }

public:
    promise_base_with_type() noexcept = default;
    promise_base_with_type(future_base* future, future_state<T>* state) noexcept : promise_base(future, state) {}
    explicit promise_base_with_type(future_state<T>* state) noexcept : promise_base(state) {}
    promise_base_with_type(promise_base_with_type&&) noexcept = default;
    promise_base_with_type& operator=(promise_base_with_type&& other) noexcept {
        if (this != &other) {
            this->~promise_base_with_type();
            new (this) promise_base_with_type(std::move(other));
        }
        return *this;
    }

    /// Resolves the future. Nothing happens when nobody can see the result any more.
    template <typename... A>
    void set_value(A&&... a) noexcept {
        if (auto* s = state()) {
            if constexpr (std::is_nothrow_constructible_v<stored_t<T>, A&&...>) {
                s->set(std::forward<A>(a)...);
            } else {
                try {
                    s->set(std::forward<A>(a)...);
                } catch (...) {
                    s->set_exception(std::current_exception());
                }
            }
            detach();
            schedule_waiter();
        }
    }
    template <typename... A>
    void emplace_value(A&&... a) noexcept {
        set_value(std::forward<A>(a)...);
    }
    /// Resolves with a state that is available: a value or an exception.
    void set_state(future_state<T>&& from) noexcept {
        if (auto* s = state()) {
            *s = std::move(from);
            detach();
            schedule_waiter();
        }
    }
    using promise_base::set_exception;
    template <typename Exception>
        requires(!std::is_same_v<std::decay_t<Exception>, std::exception_ptr>)
    void set_exception(Exception&& ex) noexcept {
        set_exception(std::make_exception_ptr(std::forward<Exception>(ex)));
    }
    void set_to_current_exception() noexcept { set_exception(std::current_exception()); }

    friend class future<T>;
};

}

/// Makes a future that somebody resolves later: get_future() once, then set_value() or set_exception() once, on the
/// same shard. A promise destroyed before that resolves the future with broken_promise. May be resolved first and asked
/// for the future afterwards.
template <typename T>
class promise : public internal::promise_base_with_type<T> {
    using base = internal::promise_base_with_type<T>;
    internal::future_state<T> _local;

public:
    promise() noexcept : base(&_local), _local(internal::pending_marker()) {}
    promise(promise&& other) noexcept : base(std::move(other)), _local(std::move(other._local)) {
        if (this->_state == &other._local) {
            this->_state = &_local;
        }
    }
    promise& operator=(promise&& other) noexcept {
        if (this != &other) {
            this->~promise();
            new (this) promise(std::move(other));
        }
        return *this;
    }
    ~promise() {
        if (this->_state == &_local) {
            this->_state = nullptr; // nobody asked for the future
        }
    }

    /// Requires: not called before.
    future<T> get_future() noexcept;
};

}
