/// A task from a function.
#pragma once

#include <seastar/core/future.hh>

namespace seastar {

template <typename Func>
class lambda_task final : public task {
    Func _func;
    promise<> _result;

public:
    lambda_task(scheduling_group sg, Func&& func) : task(sg), _func(std::forward<Func>(func)) {}
    future<> get_future() noexcept { return _result.get_future(); }
    void run_and_dispose() noexcept override {
        futurize_invoke(_func).discard_result().forward_to(std::move(_result));
        delete this;
    }
    task* waiting_task() noexcept override { return _result.waiting_task(); }
};

/// To be given to schedule(). `func` runs once, in the group.
template <typename Func>
lambda_task<std::decay_t<Func>>* make_task(scheduling_group sg, Func&& func) noexcept {
    return new lambda_task<std::decay_t<Func>>(sg, std::forward<Func>(func));
}
template <typename Func>
lambda_task<std::decay_t<Func>>* make_task(Func&& func) noexcept {
    return make_task(current_scheduling_group(), std::forward<Func>(func));
}

}
