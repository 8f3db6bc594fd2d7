/// Futures that resolve a little later: letting others run.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/preempt.hh>

namespace seastar {

/// Resolves after the tasks that are ready now have had their turn.
future<> yield() noexcept;

/// yield() if the shard wants its time back, else ready. For long computations in continuations.
inline future<> maybe_yield() noexcept {
    if (need_preempt()) {
        return yield();
    }
    return make_ready_future<>();
}

/// Resolves when the loop has asked the kernel for news. Rarely needed.
future<> check_for_io_immediately() noexcept;

/// Ready.
inline future<> now() noexcept { return make_ready_future<>(); }

[[deprecated("use yield() or check_for_io_immediately()")]] inline future<> later() noexcept {
    return check_for_io_immediately();
}

}
