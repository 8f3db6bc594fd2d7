/// The yardstick: an echo of bytes over bare epoll, one thread, no library. Each readable socket is read once and what
/// came is sent back; what the socket does not take waits, and nothing more is read from it meanwhile.
#include "../common/listener.hh"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace bench {
namespace {

struct connection {
    explicit connection(int socket) : fd(socket) {}

    const int fd;
    size_t filled = 0; ///< of buffer; 0: it waits for input
    size_t sent = 0;
    char buffer[64 * 1024];
};

void watch(int epoll, int operation, uint32_t events, int fd, connection* c) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = c;
    if (epoll_ctl(epoll, operation, fd, &event) < 0) {
        die("epoll_ctl");
    }
}

void accept_all(int epoll, int listener) {
    for (;;) {
        const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            watch(epoll, EPOLL_CTL_ADD, EPOLLIN, fd, new connection(fd));
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            die("accept4");
        }
    }
}

bool would_block() {
    return errno == EAGAIN || errno == EINTR;
}

/// False when the connection has ended.
bool echo(int epoll, connection& c) {
    const bool wanted_output = c.filled > 0;
    if (!wanted_output) {
        const ssize_t n = recv(c.fd, c.buffer, sizeof(c.buffer), 0);
        if (n <= 0) {
            return n < 0 && would_block();
        }
        c.filled = size_t(n);
    }
    while (c.sent < c.filled) {
        const ssize_t n = send(c.fd, c.buffer + c.sent, c.filled - c.sent, MSG_NOSIGNAL);
        if (n < 0) {
            if (would_block() && !wanted_output) {
                watch(epoll, EPOLL_CTL_MOD, EPOLLOUT, c.fd, &c);
            }
            return would_block();
        }
        c.sent += size_t(n);
    }
    c.filled = c.sent = 0;
    if (wanted_output) {
        watch(epoll, EPOLL_CTL_MOD, EPOLLIN, c.fd, &c);
    }
    return true;
}

[[noreturn]] void run(int listener) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        die("epoll_create1");
    }
    watch(epoll, EPOLL_CTL_ADD, EPOLLIN, listener, nullptr);
    for (;;) {
        epoll_event events[256];
        const int count = epoll_wait(epoll, events, 256, -1);
        if (count < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < count; ++i) {
            auto* c = static_cast<connection*>(events[i].data.ptr);
            if (!c) {
                accept_all(epoll, listener);
            } else if (!echo(epoll, *c)) {
                close(c->fd);
                delete c;
            }
        }
    }
}

}
}

int main(int argc, char** argv) {
    bench::run(bench::open_listener(argc, argv));
}
