#include "app/signal_watch.hh"

#include <seastar/util/assert.hh>

#include <cerrno>
#include <poll.h>
#include <system_error>
#include <ucontext.h>
#include <unistd.h>

namespace seastar::app {

namespace {

/// On a thread that does not block the signal: from now on it does, and the signal goes back to the process, where the
/// descriptor is the only taker left.
void pass_on(int signo, siginfo_t*, void* context) noexcept {
    int saved = errno;
    ::sigaddset(&static_cast<ucontext_t*>(context)->uc_sigmask, signo);
    ::sigqueue(::getpid(), signo, {});
    errno = saved;
}

struct sigaction passing_on() noexcept {
    struct sigaction action {};
    action.sa_sigaction = pass_on;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return action;
}

}

signal_watch::signal_watch(kernel::ring& ring, int signo, noncopyable_function<void()> came)
    : _ring(ring), _signo(signo), _came(std::move(came)), _fd(kernel::open_signalfd(kernel::make_signal_set({signo}))) {
    if (_fd < 0) {
        throw std::system_error(-_fd, std::system_category(), "signalfd");
    }
    auto action = passing_on();
    if (::sigaction(signo, &action, &_before) != 0) {
        int error = errno;
        kernel::close_fd(_fd);
        throw std::system_error(error, std::system_category(), "sigaction");
    }
    look();
}

signal_watch::~signal_watch() {
    SEASTAR_ASSERT(ended());
    ::sigaction(_signo, &_before, nullptr);
    _ring.close(_fd);
}

void signal_watch::end() noexcept {
    _ending = true;
    if (busy()) {
        _ring.cancel(*this);
    }
}

void signal_watch::let_through() noexcept {
    ::sigaction(_signo, &_before, nullptr);
    auto set = kernel::make_signal_set({_signo});
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    ::raise(_signo);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    auto action = passing_on();
    ::sigaction(_signo, &action, nullptr);
}

void signal_watch::look() noexcept {
    set_poll(_fd, POLLIN);
    _ring.prepare(*this);
}

void signal_watch::complete(int32_t) noexcept {
    while (!_ending && kernel::take_signal(_fd) > 0) {
        _came();
    }
    if (!_ending) {
        look();
    }
}

signal_ignored::signal_ignored(int signo) noexcept : _signo(signo) {
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    ::sigaction(signo, &action, &_before);
}

signal_ignored::~signal_ignored() { ::sigaction(_signo, &_before, nullptr); }

}
