/// A one-shot timer that interrupts the thread that made it with a signal: the only way to stop code that does not look
/// at a clock. The loop arms it for the task quota and for the stall detector.
#pragma once

#include <csignal>
#include <cstdint>
#include <ctime>

namespace seastar::kernel {

/// Where a thread was when a signal came. Zeros on machines where that is not known.
struct interrupted_code {
    uintptr_t instruction = 0;
    uintptr_t frame = 0; ///< the frame pointer, in code that has one
};

/// `context` is the third argument of a handler with SA_SIGINFO. Async-signal-safe.
interrupted_code code_interrupted(const void* context) noexcept;

class thread_timer {
public:
    /// Installs `handler` (with SA_SIGINFO) for the signal in the whole process, and makes a timer (timer_create(2),
    /// CLOCK_MONOTONIC) for the calling thread. Without the right to make one (a full RLIMIT_SIGPENDING, seccomp),
    /// working() is false and arming does nothing.
    thread_timer(int signal, void (*handler)(int, siginfo_t*, void* context)) noexcept;
    ~thread_timer();
    thread_timer(const thread_timer&) = delete;
    thread_timer& operator=(const thread_timer&) = delete;

    bool working() const noexcept { return _working; }
    /// Fires once in `nanoseconds`; 0 disarms. Async-signal-safe. A timer already armed is armed anew.
    void arm(int64_t nanoseconds) noexcept;

private:
    timer_t _timer{};
    bool _working = false;
};

}
