/// Changing from one stack to another, in assembly; and what has to change with it: the exceptions that are being
/// handled, and what the sanitizers believe to be the stack.
#pragma once

#include "kernel/thread_stack.hh"

namespace seastar::internal {

/// A point of execution that is left and come back to: the stack pointer, with the registers that a call preserves
/// pushed on the stack, and the state that belongs to it. Shard: used on one thread.
class execution {
public:
    /// The calling thread's own stack, or that of a seastar::thread that starts another.
    execution() noexcept;
    /// Not begun: the first switch to it calls entry(argument) at the top of the stack. entry must not return.
    execution(kernel::thread_stack stack, void (*entry)(void*) noexcept, void* argument) noexcept;
    ~execution();
    execution(const execution&) = delete;
    void operator=(const execution&) = delete;

    /// Leaves this point, which the caller is at, for `to`; returns when something switches back here.
    void switch_to(execution& to) noexcept { leave(to, false); }
    /// The same, never to come back: the stack of this point may be given away afterwards.
    void finish(execution& to) noexcept { leave(to, true); }
    /// To be called first in entry().
    void begun() noexcept;

private:
    void leave(execution& to, bool for_ever) noexcept;
    void arrive() noexcept;

    void* _stack_pointer = nullptr;
    // What __cxa_get_globals() points at.
    void* _caught_exceptions = nullptr;
    unsigned _uncaught_exceptions = 0;

    // For the sanitizers; no effect otherwise.
    [[maybe_unused]] void* _fake_stack = nullptr;
    [[maybe_unused]] void* _fiber = nullptr;
    [[maybe_unused]] const bool _owns_stack = false;
    [[maybe_unused]] const void* _bottom = nullptr;
    [[maybe_unused]] size_t _size = 0;
    execution* _from = nullptr; ///< who switched here last
};

}
