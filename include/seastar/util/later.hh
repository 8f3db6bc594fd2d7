/// Giving the loop a chance.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/preempt.hh>

namespace seastar {

/// Resolves after what is queued now on this shard has run.
future<> yield() noexcept;
inline future<> later() noexcept { return yield(); }

/// yield(), if the shard wants its time back.
inline future<> maybe_yield() noexcept { return need_preempt() ? yield() : make_ready_future<>(); }

/// Resolves after the kernel was asked for completed operations once more.
future<> check_for_io_immediately() noexcept;

inline future<> now() noexcept { return make_ready_future<>(); }

}
