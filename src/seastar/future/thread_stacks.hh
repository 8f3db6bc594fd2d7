/// The stacks of a shard's threads: those of the usual size are kept for the next thread, up to a bound.
#pragma once

#include "kernel/thread_stack.hh"

namespace seastar::internal {

/// Owns one stack. Throws std::bad_alloc when there is none to be had. `size` 0: the usual one.
class thread_stack_holder {
    kernel::thread_stack _stack;

public:
    explicit thread_stack_holder(size_t size);
    ~thread_stack_holder() { release(); }
    thread_stack_holder(const thread_stack_holder&) = delete;
    void operator=(const thread_stack_holder&) = delete;

    kernel::thread_stack get() const noexcept { return _stack; }
    void release() noexcept;
};

/// Whether an access to `address` was the overflow of the stack of the thread that runs now: for the handler of
/// SIGSEGV, so that the process dies with a message that says so. Async-signal-safe.
bool overflows_this_thread(const void* address) noexcept;

}
