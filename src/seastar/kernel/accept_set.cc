#include "accept_set.hh"

#include "sockets.hh"
#include "syscall.hh"

#include <sys/epoll.h>

namespace seastar::kernel {

int accept_set::start() noexcept {
    int fd = retry([] { return ::epoll_create1(EPOLL_CLOEXEC); });
    _epoll.reset(fd);
    return fd < 0 ? fd : 0;
}

int accept_set::add(acceptor& op) noexcept {
    // Level-triggered, so that what one turn leaves behind is still reported in the next.
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &op;
    int result = retry([&] { return ::epoll_ctl(_epoll.get(), EPOLL_CTL_ADD, op.fd(), &event); });
    if (result == 0) {
        _armed.push_back(op);
    }
    return result == -EPERM ? -ENOTSOCK : result; // EPERM: a file that is always ready, which no socket is
}

void accept_set::remove(acceptor& op) noexcept {
    _armed.remove(op);
    epoll_event none{};
    ::epoll_ctl(_epoll.get(), EPOLL_CTL_DEL, op.fd(), &none);
}

/// What is ready now; at most events_max.
int accept_set::collect(acceptor** ready, uint64_t& syscalls) noexcept {
    epoll_event events[events_max];
    ++syscalls;
    int count = retry([&] { return ::epoll_wait(_epoll.get(), events, events_max, 0); });
    for (int i = 0; i < count; ++i) {
        ready[i] = static_cast<acceptor*>(events[i].data.ptr);
    }
    return count;
}

/// 0: all is accepted, or a callback took the acceptor out. `more`: its share of this turn is used up. Else -errno.
int accept_set::accept_some(acceptor& op, uint64_t& syscalls) noexcept {
    for (int accepts = 0; accepts < accepts_max; ++accepts) {
        ++syscalls;
        int result = retry([&] { return ::accept4(op.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); });
        if (result >= 0) {
            op.accepted(result);
            if (!_armed.contains(op)) {
                return 0;
            }
        } else if (result == -EAGAIN) {
            return 0;
        } else if (!concerns_one_connection(result)) {
            return result;
        }
    }
    return more;
}

}
