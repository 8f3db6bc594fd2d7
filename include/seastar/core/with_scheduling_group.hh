/// with_scheduling_group(): runs a function in a scheduling group.
#pragma once

#include <seastar/core/make_task.hh>
#include <seastar/core/scheduling.hh>

namespace seastar {

/// Calls func(args...) in the group, at once if that is the current one, else from the queue; what it starts inherits
/// the group. Returns the future of what func does; its continuations run in the caller's group.
template <typename Func, typename... Args>
auto with_scheduling_group(scheduling_group group, Func func, Args&&... args) noexcept {
    if (group.active()) {
        return futurize_invoke(std::move(func), std::forward<Args>(args)...);
    }
    auto call = [func = std::move(func),
                 args = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)]() mutable {
        return futurize_apply(std::move(func), std::move(args));
    };
    auto* t = make_task(group, std::move(call));
    auto f = t->get_future();
    schedule(t);
    return f;
}

}
