/// What the loops and coroutines need to know of threads: whether they run in one.
#pragma once

namespace seastar {

class thread_context;

namespace thread_impl {

/// The seastar::thread that runs on this shard now, or null.
thread_context* get() noexcept;
/// Whether what runs now has used up its share of time.
bool should_yield() noexcept;
/// Requires: in a thread.
void yield();

}
}
