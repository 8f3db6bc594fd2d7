/// The yardstick: an echo server of RPC frames over bare epoll, one thread, no library. It looks at the size in each
/// header and at nothing else, answers in the receive buffer, and writes once per readable connection and turn.
#include "../common/listener.hh"
#include "frame.hh"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace bench {
namespace {

enum class progress { wants_input, wants_output, finished };

/// The buffer holds [replies already sent | replies to send | the start of a frame]; it begins at a frame.
class connection {
public:
    explicit connection(int fd) : fd(fd) {}
    connection(const connection&) = delete;
    ~connection() { close(fd); }

    progress run() {
        if (_sent == _answered) {
            const ssize_t n = recv(fd, _buffer + _filled, sizeof(_buffer) - _filled, 0);
            if (n <= 0) {
                return n < 0 && (errno == EAGAIN || errno == EINTR) ? progress::wants_input : progress::finished;
            }
            _filled += size_t(n);
            _answered = answer_frames(_buffer, _filled);
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
    char _buffer[frame_bytes_max];
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

void serve(int epoll, connection* c) {
    const progress next = c->run();
    if (next == progress::finished) {
        delete c;
    } else if (next != c->registered_for) {
        c->registered_for = next;
        watch(epoll, EPOLL_CTL_MOD, c->fd, next == progress::wants_input ? EPOLLIN : EPOLLOUT, c);
    }
}

[[noreturn]] void run(int listener) {
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
                serve(epoll, c);
            } else {
                accept_all(epoll, listener);
            }
        }
    }
}

}
}

int main(int argc, char** argv) {
    bench::run(bench::open_listener(argc, argv));
}
