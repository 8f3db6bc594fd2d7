/// The load client of all servers that speak RPC frames: one thread that spins over epoll and never sleeps, so that
/// no server pays for waking it. Keeps `inflight` requests open on each connection: what a read answers is asked
/// again with one write. Every reply is verified: framing, status, session, size, text.
#define XXH_INLINE_ALL
#include "frame.hh"
#include "load_session.hh"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace bench {
namespace {

constexpr int64_t patience_ns = 10'000'000'000; // without any reply

[[noreturn]] void fail_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// The bytes of one request, but for its session; and the text that its reply must carry.
struct request {
    request(std::string_view method, std::string_view text) : text(text) {
        const std::string body = text_body(text);
        frame_header header;
        header.size = uint32_t(body.size());
        header.checksum = uint32_t(XXH64(body.data(), body.size(), 0));
        header.meta = request_id(method);
        frame.assign(reinterpret_cast<const char*>(&header), sizeof(header));
        frame += body;
    }

    void append_to(std::vector<char>& out, uint16_t session) const {
        const size_t at = out.size();
        out.insert(out.end(), frame.begin(), frame.end());
        std::memcpy(out.data() + at + offsetof(frame_header, session), &session, sizeof(session));
    }

    std::string frame;
    std::string text;
};

class connection {
public:
    connection(uint16_t port, unsigned inflight);
    connection(const connection&) = delete;
    ~connection() { close(_fd); }

    int fd() const { return _fd; }

    /// Fills the empty slots; returns how many requests that were.
    uint64_t start(const request& what, phase_limit& limit, int64_t now);

    struct result {
        uint64_t replies = 0;
        uint64_t requests = 0;
    };
    /// Reads once, verifies the replies, and asks again for each as far as the limit allows.
    result on_readable(const request& what, phase_limit& limit, histogram& latency);

    /// True when everything is sent; otherwise the caller waits for the socket.
    bool flush();

    /// One request when nothing is in flight; returns its reply's text.
    std::string call(const request& what);

private:
    struct slot {
        uint16_t session;
        bool busy = false;
        int64_t sent_at = 0;
    };

    void send_in(slot& s, const request& what, int64_t now) {
        s.busy = true;
        s.sent_at = now;
        what.append_to(_out, s.session);
    }
    size_t receive();
    /// The slot that the reply at data belongs to, free again and with its next session.
    slot& take_reply(const char* data, size_t bytes, std::string_view expected);
    std::string_view verified_text(const char* data, size_t bytes, slot*& s);

    int _fd;
    std::vector<slot> _slots; ///< session = 1 + slot + a multiple of the number of slots: a late duplicate is noticed
    std::vector<char> _out;
    size_t _sent = 0;
    std::vector<char> _in = std::vector<char>(4 * frame_bytes_max);
    size_t _filled = 0;
};

connection::connection(uint16_t port, unsigned inflight) : _fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (_fd < 0 || connect(_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0 ||
        setsockopt(_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0) {
        fail_errno("connect");
    }
    for (unsigned i = 0; i < inflight; ++i) {
        _slots.push_back({.session = uint16_t(1 + i)});
    }
}

uint64_t connection::start(const request& what, phase_limit& limit, int64_t now) {
    uint64_t started = 0;
    for (slot& s : _slots) {
        if (!s.busy && limit.take(now)) {
            send_in(s, what, now);
            ++started;
        }
    }
    return started;
}

size_t connection::receive() {
    const ssize_t n = recv(_fd, _in.data() + _filled, _in.size() - _filled, MSG_DONTWAIT);
    if (n == 0) {
        throw std::runtime_error("the server closed the connection");
    }
    if (n < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return 0;
        }
        fail_errno("recv");
    }
    _filled += size_t(n);
    return size_t(n);
}

std::string_view connection::verified_text(const char* data, size_t bytes, slot*& s) {
    const frame_header header = read_header(data);
    s = &_slots[(header.session - 1u) % _slots.size()];
    if (!s->busy || header.session != s->session) {
        throw std::runtime_error("reply with session " + std::to_string(header.session) + ", which is not in use");
    }
    if (header.meta != status_ok) {
        throw std::runtime_error("reply with status " + std::to_string(header.meta));
    }
    std::string_view text;
    if (!read_text({data + sizeof(header), bytes - sizeof(header)}, text)) {
        throw std::runtime_error("reply whose body is no table of one string");
    }
    return text;
}

connection::slot& connection::take_reply(const char* data, size_t bytes, std::string_view expected) {
    slot* s = nullptr;
    if (verified_text(data, bytes, s) != expected) {
        throw std::runtime_error("reply with another text than the request's");
    }
    s->busy = false;
    const unsigned next = unsigned(s->session) + unsigned(_slots.size());
    s->session = uint16_t(next <= UINT16_MAX ? next : 1 + unsigned(s - _slots.data()));
    return *s;
}

connection::result connection::on_readable(const request& what, phase_limit& limit, histogram& latency) {
    result r;
    receive();
    const int64_t now = now_ns();
    size_t done = 0;
    for (;;) {
        const char* data = _in.data() + done;
        const size_t bytes = frame_bytes(data, _filled - done);
        if (bytes != 0 && bytes != what.frame.size()) {
            throw std::runtime_error("reply of another size than the request's");
        }
        if (bytes == 0 || bytes > _filled - done) {
            break;
        }
        slot& s = take_reply(data, bytes, what.text);
        latency.record(now - s.sent_at);
        ++r.replies;
        if (limit.take(now)) {
            send_in(s, what, now);
            ++r.requests;
        }
        done += bytes;
    }
    _filled -= done;
    std::memmove(_in.data(), _in.data() + done, _filled);
    return r;
}

bool connection::flush() {
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

std::string connection::call(const request& what) {
    slot& s = _slots.front();
    send_in(s, what, now_ns());
    const int64_t deadline = now_ns() + patience_ns;
    for (;;) {
        flush();
        receive();
        const size_t bytes = frame_bytes(_in.data(), _filled);
        if (bytes == malformed) {
            throw std::runtime_error("reply with an impossible size");
        }
        if (bytes != 0 && bytes <= _filled) {
            slot* answered = nullptr;
            std::string text(verified_text(_in.data(), bytes, answered));
            answered->busy = false;
            _filled = 0;
            return text;
        }
        if (now_ns() > deadline) {
            throw std::runtime_error("no reply for 10 s");
        }
    }
}

class frame_client final : public load_client {
public:
    explicit frame_client(const load_options& options)
        : _request(options.method, std::string(options.text_bytes, 'x')), _epoll(epoll_create1(EPOLL_CLOEXEC)) {
        if (_epoll < 0) {
            fail_errno("epoll_create1");
        }
        for (unsigned i = 0; i < options.connections; ++i) {
            _connections.push_back(std::make_unique<connection>(options.port, options.inflight));
            watch(EPOLL_CTL_ADD, *_connections.back(), EPOLLIN);
        }
    }
    ~frame_client() override { close(_epoll); }

    uint64_t run(phase_limit limit, histogram& latency) override;
    std::string server_counters() override { return _connections.front()->call(request("Counters", "")); }

private:
    void watch(int operation, connection& c, uint32_t events) {
        epoll_event event{};
        event.events = events;
        event.data.ptr = &c;
        if (epoll_ctl(_epoll, operation, c.fd(), &event) < 0) {
            fail_errno("epoll_ctl");
        }
    }
    void flush(connection& c) {
        if (!c.flush()) {
            watch(EPOLL_CTL_MOD, c, EPOLLIN | EPOLLOUT);
        }
    }

    const request _request;
    const int _epoll;
    std::vector<std::unique_ptr<connection>> _connections;
};

uint64_t frame_client::run(phase_limit limit, histogram& latency) {
    uint64_t replies = 0;
    uint64_t open = 0;
    for (auto& c : _connections) {
        open += c->start(_request, limit, now_ns());
        flush(*c);
    }
    int64_t last_reply = now_ns();
    while (open > 0) {
        epoll_event events[256];
        const int count = epoll_wait(_epoll, events, 256, 0);
        if (count < 0 && errno != EINTR) {
            fail_errno("epoll_wait");
        }
        for (int i = 0; i < count; ++i) {
            auto& c = *static_cast<connection*>(events[i].data.ptr);
            if (events[i].events & EPOLLOUT) {
                watch(EPOLL_CTL_MOD, c, EPOLLIN);
            }
            const auto result = c.on_readable(_request, limit, latency);
            replies += result.replies;
            open += result.requests - result.replies;
            flush(c);
        }
        if (count > 0) {
            last_reply = now_ns();
        } else if (now_ns() - last_reply > patience_ns) {
            throw std::runtime_error("no reply for 10 s");
        }
    }
    return replies;
}

}
}

int main(int argc, char** argv) {
    const auto options = bench::parse_load_options(argc, argv);
    try {
        bench::frame_client client(options);
        bench::run_session(client, options);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "load: %s\n", e.what());
        return 1;
    }
}
