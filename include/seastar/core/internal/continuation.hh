/// What waits for a future: a task with room for the result. Third of the parts of core/future.hh.
#pragma once

#include <seastar/core/internal/promise.hh>
#include <seastar/core/internal/task_allocator.hh>

namespace seastar::internal {

/// Objects from the shard's free lists.
struct task_allocated {
    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }
};

/// The result is moved into _state, then the task is scheduled. Shard: the future's.
template <typename T>
class continuation_base : public task {
protected:
    future_state<T> _state{pending_marker()};
    ~continuation_base() = default;

public:
    continuation_base() noexcept = default;
    explicit continuation_base(future_state<T>&& state) noexcept : _state(std::move(state)) {}
    void set_state(future_state<T>&& state) noexcept { _state = std::move(state); }
    /// The result, leaving room for the next one: for tasks that wait again and again.
    future_state<T> take_state() noexcept {
        auto state = std::move(_state);
        _state = future_state<T>(pending_marker());
        return state;
    }
    future_state<T>* state() noexcept { return &_state; }
    using value_type = T;
};

/// A continuation on the heap: `Func(promise&&, future_state<T>&&)` resolves `Promise`. One allocation, from the
/// shard's free lists.
template <typename Promise, typename Func, typename T>
class continuation final : public continuation_base<T>, public task_allocated {
    Promise _promise;
    [[no_unique_address]] Func _func;

public:
    continuation(Promise&& promise, Func&& func) noexcept : _promise(std::move(promise)), _func(std::move(func)) {}
    continuation(Promise&& promise, Func&& func, future_state<T>&& state) noexcept
        : continuation_base<T>(std::move(state)), _promise(std::move(promise)), _func(std::move(func)) {}

    void run_and_dispose() noexcept override {
        _func(std::move(_promise), std::move(this->_state));
        delete this;
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

}
