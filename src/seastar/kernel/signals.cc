#include "signals.hh"

#include "syscall.hh"

#include <seastar/util/assert.hh>

#include <sys/signalfd.h>
#include <unistd.h>

namespace seastar::kernel {

sigset_t make_signal_set(std::initializer_list<int> signals) noexcept {
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal : signals) {
        SEASTAR_ASSERT(::sigaddset(&set, signal) == 0);
    }
    return set;
}

signal_block::signal_block(const sigset_t& signals) noexcept {
    SEASTAR_ASSERT(::pthread_sigmask(SIG_BLOCK, &signals, &_saved) == 0);
}

signal_block::~signal_block() {
    SEASTAR_ASSERT(::pthread_sigmask(SIG_SETMASK, &_saved, nullptr) == 0);
}

int open_signalfd(const sigset_t& signals) noexcept {
    return retry([&] { return ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC); });
}

int take_signal(int fd) noexcept {
    signalfd_siginfo info;
    ssize_t n = retry([&] { return ::read(fd, &info, sizeof(info)); });
    if (n == -EAGAIN) {
        return 0;
    }
    return n < 0 ? static_cast<int>(n) : static_cast<int>(info.ssi_signo);
}

}
