#include "network.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <optional>

namespace seastar::kernel::sim {

namespace {

// Far above the descriptors of a process, so that one is never taken for the other.
constexpr int first_descriptor = 1 << 24;

uint16_t port_of(const endpoint& e) noexcept {
    return e.storage.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(e.storage).sin6_port)
                                           : ntohs(reinterpret_cast<const sockaddr_in&>(e.storage).sin_port);
}

void set_port(endpoint& e, uint16_t port) noexcept {
    (e.storage.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(e.storage).sin6_port
                                     : reinterpret_cast<sockaddr_in&>(e.storage).sin_port) = htons(port);
}

bool is_any(const endpoint& e) noexcept {
    if (e.storage.ss_family == AF_INET6) {
        return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(e.storage).sin6_addr);
    }
    return reinterpret_cast<const sockaddr_in&>(e.storage).sin_addr.s_addr == INADDR_ANY;
}

bool same_host(const endpoint& a, const endpoint& b) noexcept {
    if (a.storage.ss_family != b.storage.ss_family) {
        return false;
    }
    if (a.storage.ss_family == AF_INET6) {
        return IN6_ARE_ADDR_EQUAL(&reinterpret_cast<const sockaddr_in6&>(a.storage).sin6_addr,
                                  &reinterpret_cast<const sockaddr_in6&>(b.storage).sin6_addr);
    }
    return reinterpret_cast<const sockaddr_in&>(a.storage).sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in&>(b.storage).sin_addr.s_addr;
}

endpoint endpoint_of(const sockaddr* address, socklen_t length) noexcept {
    endpoint e;
    std::memset(&e.storage, 0, sizeof(e.storage));
    std::memcpy(&e.storage, address, std::min<size_t>(length, sizeof(e.storage)));
    e.length = length;
    return e;
}

endpoint any_of(int family) noexcept {
    endpoint e;
    std::memset(&e.storage, 0, sizeof(e.storage));
    e.storage.ss_family = static_cast<sa_family_t>(family);
    e.length = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    return e;
}

}

struct network::socket {
    endpoint local;
    endpoint remote;
    bool listening = false;
    bool connected = false; ///< or will be, at connected_at
    size_t backlog_max = 0;
    std::deque<std::pair<nanoseconds, socket_ptr>> backlog; ///< what accept() will find, and when
    nanoseconds connected_at = never;
    int connect_result = 0;

    std::shared_ptr<socket> peer; ///< null when it is closed
    std::deque<segment> in;
    size_t in_bytes = 0; ///< on their way, and arrived and not read
    size_t window = 0;
    nanoseconds last_arrival = 0;
    nanoseconds fin_at = never;
    nanoseconds reset_at = never;
    bool input_shut = false;
    bool output_shut = false;
    std::map<std::pair<int, int>, std::vector<char>> options;
};

network::network(const sim::options& o, dice& d, trace& t, const nanoseconds& now) noexcept
    : _options(o), _dice(d), _trace(t), _now(now) {}

network::~network() {
    for (auto& [fd, s] : _sockets) {
        s->peer.reset(); // peers hold each other
    }
}

network::socket* network::find(int fd) const noexcept {
    auto at = _sockets.find(fd);
    return at == _sockets.end() ? nullptr : at->second.get();
}

int network::find_usable(int fd, socket*& s) const noexcept {
    s = find(fd);
    return !s ? -EBADF : !s->connected ? -ENOTCONN : s->reset_at <= _now ? -ECONNRESET : 0;
}

/// The lowest free descriptor, as the kernel gives them: numbers come back soon.
int network::add(socket_ptr s) noexcept {
    int fd = first_descriptor;
    for (auto& [used, other] : _sockets) {
        if (used != fd) {
            break;
        }
        ++fd;
    }
    _sockets.emplace(fd, std::move(s));
    return fd;
}

nanoseconds network::latency() noexcept { return _dice.between(_options.latency_min, _options.latency_max); }

uint16_t network::free_port() noexcept {
    auto taken = [this](uint16_t port) {
        return std::ranges::any_of(_sockets, [port](auto& s) { return port_of(s.second->local) == port; });
    };
    do {
        _last_port = _last_port == 65535 ? 32768 : static_cast<uint16_t>(_last_port + 1);
    } while (taken(_last_port));
    return _last_port;
}

/// Everything, or now and then a part of it.
size_t network::part_of(size_t size) noexcept {
    return size > 1 && _dice.chance(300) ? 1 + _dice.below(size) : size;
}

// ---- calls

int network::open(int family, int type) noexcept {
    if ((family != AF_INET && family != AF_INET6) || type != SOCK_STREAM) {
        return -EAFNOSUPPORT;
    }
    auto s = std::make_shared<socket>();
    s->local = any_of(family);
    s->remote = any_of(family);
    return add(std::move(s));
}

int network::bind(int fd, const sockaddr* address, socklen_t length) noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    auto wanted = endpoint_of(address, length);
    if (port_of(wanted) == 0) {
        set_port(wanted, free_port());
    } else if (listener_at(wanted)) {
        return -EADDRINUSE;
    }
    s->local = wanted;
    return 0;
}

network::socket* network::listener_at(const endpoint& address) const noexcept {
    for (auto& [fd, s] : _sockets) {
        if (s->listening && port_of(s->local) == port_of(address) &&
            (is_any(s->local) || is_any(address) || same_host(s->local, address))) {
            return s.get();
        }
    }
    return nullptr;
}

int network::listen(int fd, int backlog) noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    if (port_of(s->local) == 0) {
        set_port(s->local, free_port());
    }
    s->listening = true;
    s->backlog_max = static_cast<size_t>(std::max(backlog, 1));
    return 0;
}

int network::shutdown(int fd, int how) noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    if (!s->connected || s->connected_at > _now) {
        return -ENOTCONN;
    }
    if (how == SHUT_RD || how == SHUT_RDWR) {
        s->input_shut = true;
    }
    if ((how == SHUT_WR || how == SHUT_RDWR) && !s->output_shut) {
        s->output_shut = true;
        if (s->peer) {
            s->peer->fin_at = std::max(s->peer->last_arrival, _now + latency());
        }
    }
    _trace.add(_now, "shutdown", fd, how);
    return 0;
}

int network::local(int fd, endpoint& result) const noexcept {
    auto* s = find(fd);
    return s ? (result = s->local, 0) : -EBADF;
}

int network::remote(int fd, endpoint& result) const noexcept {
    auto* s = find(fd);
    return !s ? -EBADF : s->connected ? (result = s->remote, 0) : -ENOTCONN;
}

int network::set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    auto* bytes = static_cast<const char*>(value);
    s->options[{level, name}].assign(bytes, bytes + size);
    return 0;
}

int network::get_option(int fd, int level, int name, void* value, socklen_t& size) const noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    std::memset(value, 0, size);
    if (auto at = s->options.find({level, name}); at != s->options.end()) {
        size = std::min(size, static_cast<socklen_t>(at->second.size()));
        std::memcpy(value, at->second.data(), size);
    }
    return 0;
}

void network::reset(socket& s, nanoseconds at) noexcept { s.reset_at = std::min(s.reset_at, at); }

int network::close(int fd) noexcept {
    auto at = _sockets.find(fd);
    if (at == _sockets.end()) {
        return -EBADF;
    }
    auto s = std::move(at->second);
    _sockets.erase(at);
    _trace.add(_now, "close", fd);
    for (auto& [when, waiting] : s->backlog) {
        if (waiting->peer) {
            reset(*waiting->peer, _now + latency());
            waiting->peer->peer.reset();
            waiting->peer.reset();
        }
    }
    if (auto peer = std::exchange(s->peer, nullptr)) {
        linger how{};
        socklen_t size = sizeof(how);
        if (auto l = s->options.find({SOL_SOCKET, SO_LINGER}); l != s->options.end()) {
            std::memcpy(&how, l->second.data(), std::min<size_t>(size, l->second.size()));
        }
        bool unread = !s->in.empty() && s->in.front().at <= _now;
        if (unread || (how.l_onoff && how.l_linger == 0)) { // as TCP does: data that nobody will read is refused
            reset(*peer, _now + latency());
        } else if (!s->output_shut) {
            peer->fin_at = std::max(peer->last_arrival, _now + latency());
        }
        peer->peer.reset();
    }
    return 0;
}

int network::start_connect(int fd, const sockaddr* address, socklen_t length) noexcept {
    auto found = _sockets.find(fd);
    if (found == _sockets.end()) {
        return -EBADF;
    }
    auto client = found->second;
    if (client->connected) {
        return -EISCONN;
    }
    auto wanted = endpoint_of(address, length);
    auto there = _now + latency();
    client->connected_at = there + latency();
    client->remote = wanted;
    client->connected = true;
    if (port_of(client->local) == 0) {
        client->local = wanted; // from the same host
        set_port(client->local, free_port());
    }
    auto* listener = listener_at(wanted);
    if (!listener || listener->backlog.size() >= listener->backlog_max) {
        client->connect_result = -ECONNREFUSED;
        return 0;
    }
    auto server = std::make_shared<socket>();
    server->connected = true;
    server->connected_at = there;
    server->local = wanted;
    server->remote = client->local;
    server->peer = client;
    client->peer = server;
    for (auto* end : {server.get(), client.get()}) {
        end->window = 1 + _dice.below(_options.window_max);
    }
    if (_dice.chance(_options.resets)) {
        auto at = _now + _dice.between(0, _options.reset_after_max);
        reset(*client, at);
        reset(*server, at);
    }
    listener->backlog.emplace_back(there, std::move(server));
    return 0;
}

// ---- what can happen

nanoseconds network::connects_at(int fd) const noexcept {
    auto* s = find(fd);
    return s ? std::min(s->connected_at, s->reset_at) : 0;
}

nanoseconds network::reads_at(int fd) const noexcept {
    auto* s = find(fd);
    if (!s || s->input_shut || !s->connected) {
        return 0;
    }
    return std::min(s->reset_at, s->in.empty() ? s->fin_at : s->in.front().at);
}

nanoseconds network::writes_at(int fd) const noexcept {
    auto* s = find(fd);
    if (!s || s->output_shut || !s->peer || !s->connected) {
        return 0;
    }
    return s->peer->in_bytes < s->peer->window ? std::max<nanoseconds>(s->connected_at, 0) : s->reset_at;
}

nanoseconds network::accepts_at(int fd) const noexcept {
    auto* s = find(fd);
    return !s || !s->listening ? 0 : s->backlog.empty() ? never : s->backlog.front().first;
}

nanoseconds network::hangs_up_at(int fd) const noexcept {
    auto* s = find(fd);
    return s ? std::min(s->reset_at, s->fin_at) : 0;
}

int network::finish_connect(int fd) noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    int result = s->reset_at <= _now ? -ECONNRESET : s->connect_result;
    if (result < 0) {
        s->connected = false;
    }
    return result;
}

int64_t network::read(int fd, void* buffer, size_t size) noexcept {
    socket* s;
    if (int error = find_usable(fd, s); error < 0) {
        return error;
    }
    if (s->input_shut || s->in.empty()) {
        return 0;
    }
    auto& first = s->in.front();
    size_t count = part_of(std::min(size, first.bytes.size() - first.used));
    std::memcpy(buffer, first.bytes.data() + first.used, count);
    first.used += count;
    s->in_bytes -= count;
    if (first.used == first.bytes.size()) {
        s->in.pop_front();
    }
    return static_cast<int64_t>(count);
}

int64_t network::write(int fd, const iovec* pieces, size_t count) noexcept {
    socket* s;
    if (int error = find_usable(fd, s); error < 0) {
        return error;
    }
    if (s->output_shut) {
        return -EPIPE;
    }
    std::string bytes;
    for (size_t i = 0; i < count; ++i) {
        bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
    }
    if (!s->peer) {
        reset(*s, _now + latency()); // nobody is there: the answer to these bytes is a reset
        return static_cast<int64_t>(bytes.size());
    }
    auto& peer = *s->peer;
    bytes.resize(part_of(std::min(bytes.size(), peer.window - peer.in_bytes)));
    auto size = bytes.size();
    peer.last_arrival = std::max(peer.last_arrival, _now + latency());
    peer.in_bytes += size;
    peer.in.push_back({peer.last_arrival, std::move(bytes)});
    return static_cast<int64_t>(size);
}

int network::accept(int fd) noexcept {
    auto* s = find(fd);
    if (!s) {
        return -EBADF;
    }
    if (!s->listening) {
        return -EINVAL;
    }
    auto accepted = std::move(s->backlog.front().second);
    s->backlog.pop_front();
    return add(std::move(accepted));
}

}
