#include "kernel/thread_timer.hh"

#include <csignal>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace seastar::kernel {

thread_timer::thread_timer(int signal, void (*handler)(int)) noexcept {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
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
