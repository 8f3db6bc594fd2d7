/// See epoll_server.hh.
#include "epoll_server.hh"

#include "listener.hh"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace bench {
namespace {

enum class progress { wants_input, wants_output, finished };

/// The buffer holds [replies already sent | replies to send | what is not answered yet].
class connection {
public:
    explicit connection(int fd) : fd(fd) {}
    connection(const connection&) = delete;
    ~connection() { close(fd); }

    progress run(answer_function answer) {
        if (_sent == _answered) {
            const ssize_t n = recv(fd, _buffer + _filled, sizeof(_buffer) - _filled, 0);
            if (n <= 0) {
                return n < 0 && (errno == EAGAIN || errno == EINTR) ? progress::wants_input : progress::finished;
            }
            _filled += size_t(n);
            _answered = answer(_buffer, _filled);
            if (_answered == malformed) {
                return progress::finished;
            }
        }
        return flush();
    }

    const int fd;
    progress registered_for = progress::wants_input;

private:
    progress flush() {
        while (_sent < _answered) {
            const ssize_t n = send(fd, _buffer + _sent, _answered - _sent, MSG_NOSIGNAL);
            if (n < 0) {
                return errno == EAGAIN || errno == EINTR ? progress::wants_output : progress::finished;
            }
            _sent += size_t(n);
        }
        _filled -= _answered;
        std::memmove(_buffer, _buffer + _answered, _filled);
        _sent = _answered = 0;
        return progress::wants_input;
    }

    size_t _sent = 0;
    size_t _answered = 0;
    size_t _filled = 0;
    char _buffer[connection_bytes];
};

void watch(int epoll, int operation, int fd, uint32_t events, connection* c) {
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
            watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, new connection(fd));
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            die("accept4");
        }
    }
}

void serve(int epoll, connection* c, answer_function answer) {
    const progress next = c->run(answer);
    if (next == progress::finished) {
        delete c;
    } else if (next != c->registered_for) {
        c->registered_for = next;
        watch(epoll, EPOLL_CTL_MOD, c->fd, next == progress::wants_input ? EPOLLIN : EPOLLOUT, c);
    }
}

}

void serve_on_epoll(int listener, answer_function answer) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        die("epoll_create1");
    }
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, nullptr);
    for (;;) {
        epoll_event events[256];
        const int count = epoll_wait(epoll, events, 256, -1);
        if (count < 0 && errno != EINTR) {
            die("epoll_wait");
        }
        for (int i = 0; i < count; ++i) {
            if (auto* c = static_cast<connection*>(events[i].data.ptr)) {
                serve(epoll, c, answer);
            } else {
                accept_all(epoll, listener);
            }
        }
    }
}

}
