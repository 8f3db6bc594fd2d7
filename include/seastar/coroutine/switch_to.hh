/// co_await coroutine::switch_to(group): goes on in another scheduling group; the result is the one before.
#pragma once

#include <seastar/core/coroutine.hh>

#include <coroutine>

namespace seastar::coroutine {

struct [[nodiscard]] switch_to final {
    scheduling_group group;
    scheduling_group before = current_scheduling_group();
    explicit switch_to(scheduling_group g) noexcept : group(g) {}
    switch_to(const switch_to&) = delete;

    bool await_ready() const noexcept { return group.active(); }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) const noexcept {
        coroutine.promise().set_scheduling_group(group);
        ::seastar::schedule(&coroutine.promise());
    }
    scheduling_group await_resume() const noexcept { return before; }
};

}
