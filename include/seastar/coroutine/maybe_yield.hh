/// co_await coroutine::maybe_yield(): lets others run, if the shard wants its time back.
#pragma once

#include <seastar/core/coroutine.hh>

#include <coroutine>

namespace seastar::coroutine {

/// Allocates nothing.
struct [[nodiscard]] maybe_yield final {
    bool await_ready() const noexcept { return !need_preempt(); }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> coroutine) const noexcept {
        ::seastar::schedule(&coroutine.promise());
    }
    void await_resume() const noexcept {}
};

}
