#include "kernel/thread_timer.hh"

#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace seastar::kernel {

interrupted_code code_interrupted(const void* context) noexcept {
    [[maybe_unused]] const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
    return {uintptr_t(machine.gregs[REG_RIP]), uintptr_t(machine.gregs[REG_RBP])};
#elif defined(__aarch64__)
    return {uintptr_t(machine.pc), uintptr_t(machine.regs[29])};
#else
    return {};
#endif
}

thread_timer::thread_timer(int signal, void (*handler)(int, siginfo_t*, void*)) noexcept {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    if (::sigaction(signal, &action, nullptr) != 0) {
        return;
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = signal;
    event.sigev_notify_thread_id = static_cast<pid_t>(::syscall(SYS_gettid));
    _working = ::timer_create(CLOCK_MONOTONIC, &event, &_timer) == 0;
}

thread_timer::~thread_timer() {
    if (_working) {
        ::timer_delete(_timer);
    }
}

void thread_timer::arm(int64_t nanoseconds) noexcept {
    if (!_working) {
        return;
    }
    itimerspec spec = {};
    spec.it_value.tv_sec = nanoseconds / 1'000'000'000;
    spec.it_value.tv_nsec = nanoseconds % 1'000'000'000;
    ::timer_settime(_timer, 0, &spec, nullptr);
}

}
