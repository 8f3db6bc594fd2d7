/// A function as a task, for who schedules tasks himself.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/task.hh>

namespace seastar {

/// Calls func when it runs, and then is gone. get_future(), before that and at most once, gives what comes of it.
template <typename Func>
class lambda_task final : public task, public internal::task_allocated {
    using result = decltype(futurize_invoke(std::declval<Func>()));
    Func _func;
    internal::promise_base_with_type<typename result::value_type> _result;

public:
    lambda_task(scheduling_group group, Func func) : task(group), _func(std::move(func)) {}
    result get_future() noexcept { return internal::future_of(_result); }
    void run_and_dispose() noexcept override {
        auto promise = std::move(_result);
        auto f = futurize_invoke(std::move(_func));
        delete this;
        f.forward_to(std::move(promise));
    }
    task* waiting_task() noexcept override { return _result.waiting_task(); }
};

template <typename Func>
lambda_task<std::decay_t<Func>>* make_task(scheduling_group group, Func&& func) {
    return new lambda_task<std::decay_t<Func>>(group, std::forward<Func>(func));
}
template <typename Func>
lambda_task<std::decay_t<Func>>* make_task(Func&& func) {
    return make_task(current_scheduling_group(), std::forward<Func>(func));
}

}
