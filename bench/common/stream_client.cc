/// See stream_client.hh.
#include "stream_client.hh"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace bench::internal {
namespace {

constexpr int64_t patience_ns = 10'000'000'000; // without any event

[[noreturn]] void fail_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}

void fail_malformed() {
    throw std::runtime_error("reply with an impossible size");
}

byte_stream::byte_stream(uint16_t port) : _fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (_fd < 0 || connect(_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0 ||
        setsockopt(_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0) {
        fail_errno("connect");
    }
}

byte_stream::~byte_stream() {
    close(_fd);
}

void byte_stream::receive() {
    if (_filled == _in.size()) {
        throw std::runtime_error("reply that is longer than the client's buffer");
    }
    const ssize_t n = recv(_fd, _in.data() + _filled, _in.size() - _filled, MSG_DONTWAIT);
    if (n == 0) {
        throw std::runtime_error("the server closed the connection");
    }
    if (n > 0) {
        _filled += size_t(n);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail_errno("recv");
    }
}

void byte_stream::consume(size_t bytes) {
    _filled -= bytes;
    std::memmove(_in.data(), _in.data() + bytes, _filled);
}

bool byte_stream::flush() {
    while (_sent < _out.size()) {
        const ssize_t n = send(_fd, _out.data() + _sent, _out.size() - _sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0) {
            if (errno == EAGAIN || errno == EINTR) {
                return false;
            }
            fail_errno("send");
        }
        _sent += size_t(n);
    }
    _out.clear();
    _sent = 0;
    return true;
}

tickets::tickets(unsigned inflight) {
    for (unsigned i = 0; i < inflight; ++i) {
        _slots.push_back({.ticket = uint16_t(1 + i)});
    }
}

uint16_t tickets::send_in(slot& s, int64_t now) {
    s.busy = true;
    s.sent_at = now;
    ++_busy;
    return s.ticket;
}

uint16_t tickets::take_free(int64_t now) {
    if (_busy == 0) {
        _oldest = 0; // a phase begins, and fills the slots from the first one
    }
    size_t i = 0;
    while (_slots[i].busy) {
        ++i;
    }
    return send_in(_slots[i], now);
}

int64_t tickets::release(uint16_t ticket) {
    const size_t i = (ticket - 1u) % _slots.size();
    slot& s = _slots[i];
    if (!s.busy || ticket != s.ticket) {
        throw std::runtime_error("reply to request " + std::to_string(ticket) + ", which is not in flight");
    }
    s.busy = false;
    --_busy;
    const unsigned next = unsigned(s.ticket) + unsigned(_slots.size());
    s.ticket = uint16_t(next <= UINT16_MAX ? next : 1 + i);
    _released = i;
    _oldest = (_oldest + 1) % _slots.size();
    return s.sent_at;
}

spinning_poller::spinning_poller() : _epoll(epoll_create1(EPOLL_CLOEXEC)) {
    if (_epoll < 0) {
        fail_errno("epoll_create1");
    }
}

spinning_poller::~spinning_poller() {
    close(_epoll);
}

static void control(int epoll, int operation, int fd, size_t connection, uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = connection;
    if (epoll_ctl(epoll, operation, fd, &event) < 0) {
        fail_errno("epoll_ctl");
    }
}

void spinning_poller::add(int fd, size_t connection) {
    control(_epoll, EPOLL_CTL_ADD, fd, connection, EPOLLIN);
}

void spinning_poller::want_writable(int fd, size_t connection, bool wanted) {
    control(_epoll, EPOLL_CTL_MOD, fd, connection, EPOLLIN | (wanted ? uint32_t(EPOLLOUT) : 0u));
}

void spinning_poller::restart_patience() {
    _last_event = now_ns();
}

const std::vector<spinning_poller::event>& spinning_poller::poll() {
    epoll_event ready[256];
    const int count = epoll_wait(_epoll, ready, 256, 0);
    if (count < 0 && errno != EINTR) {
        fail_errno("epoll_wait");
    }
    _events.clear();
    for (int i = 0; i < count; ++i) {
        _events.push_back({ready[i].data.u64, (ready[i].events & EPOLLOUT) != 0});
    }
    if (count > 0) {
        _last_event = now_ns();
    } else if (now_ns() - _last_event > patience_ns) {
        throw std::runtime_error("no reply for 10 s");
    }
    return _events;
}

}
