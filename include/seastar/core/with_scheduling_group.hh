/// Running something in another scheduling group.
#pragma once

#include <seastar/core/future.hh>

#include <tuple>

namespace seastar {

namespace internal {

template <typename Func, typename... Args>
class in_group final : public task, public task_allocated {
    using futurator = futurize<std::remove_cvref_t<decltype(call(std::declval<Func>(), std::declval<Args>()...))>>;
    using value_type = typename futurator::value_type;
    Func _func;
    std::tuple<Args...> _args;
    promise_base_with_type<value_type> _promise;

public:
    template <typename... A>
    in_group(scheduling_group sg, Func&& func, A&&... args)
        : task(sg), _func(std::move(func)), _args(std::forward<A>(args)...) {}
    future<value_type> start() noexcept {
        auto f = future_of(_promise);
        ::seastar::schedule(this);
        return f;
    }
    void run_and_dispose() noexcept override {
        futurator::apply(std::move(_func), std::move(_args)).forward_to(std::move(_promise));
        delete this;
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }
};

}

/// Calls func in the group, which all that comes of it inherits. At once when the group is the current one, else from the
/// group's queue. The result's continuation runs in the caller's group.
template <typename Func, typename... Args>
auto with_scheduling_group(scheduling_group sg, Func&& func, Args&&... args) noexcept {
    if (sg.active()) {
        return futurize_invoke(std::forward<Func>(func), std::forward<Args>(args)...);
    }
    using task_t = internal::in_group<std::decay_t<Func>, std::decay_t<Args>...>;
    return (new task_t(sg, std::decay_t<Func>(std::forward<Func>(func)), std::forward<Args>(args)...))->start();
}

}
