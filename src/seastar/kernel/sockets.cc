#include "sockets.hh"

#include "operating_system.hh"
#include "syscall.hh"

#include <initializer_list>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace seastar::kernel {

int open_socket(int family, int type, int protocol) noexcept {
    if (auto* os = substitute()) {
        return os->open_socket(family, type, protocol);
    }
    return retry([&] { return ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol); });
}

int open_socket_pair(int (&ends)[2]) noexcept {
    return retry([&] { return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends); });
}

int bind_socket(int fd, const sockaddr* address, socklen_t length) noexcept {
    if (auto* os = substitute()) {
        return os->bind_socket(fd, address, length);
    }
    return retry([&] { return ::bind(fd, address, length); });
}

int listen_socket(int fd, int backlog) noexcept {
    if (auto* os = substitute()) {
        return os->listen_socket(fd, backlog);
    }
    return retry([&] { return ::listen(fd, backlog); });
}

int shutdown_socket(int fd, int how) noexcept {
    if (auto* os = substitute()) {
        return os->shutdown_socket(fd, how);
    }
    return retry([&] { return ::shutdown(fd, how); });
}

int local_endpoint(int fd, endpoint& result) noexcept {
    if (auto* os = substitute()) {
        return os->local_endpoint(fd, result);
    }
    result.length = sizeof(result.storage);
    return retry([&] { return ::getsockname(fd, result.address(), &result.length); });
}

int remote_endpoint(int fd, endpoint& result) noexcept {
    if (auto* os = substitute()) {
        return os->remote_endpoint(fd, result);
    }
    result.length = sizeof(result.storage);
    return retry([&] { return ::getpeername(fd, result.address(), &result.length); });
}

int64_t send_message(int fd, const msghdr& message) noexcept {
    if (substitute()) {
        return -EOPNOTSUPP; // its descriptors mean nothing to the kernel
    }
    return retry([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

int64_t receive_message(int fd, msghdr& message) noexcept {
    if (substitute()) {
        return -EOPNOTSUPP;
    }
    return retry([&] { return ::recvmsg(fd, &message, MSG_DONTWAIT); });
}

int set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept {
    if (auto* os = substitute()) {
        return os->set_option(fd, level, name, value, size);
    }
    return retry([&] { return ::setsockopt(fd, level, name, value, size); });
}

int get_option(int fd, int level, int name, void* value, socklen_t& size) noexcept {
    if (auto* os = substitute()) {
        return os->get_option(fd, level, name, value, size);
    }
    return retry([&] { return ::getsockopt(fd, level, name, value, &size); });
}

int set_option(int fd, int level, int name, int value) noexcept {
    return set_option(fd, level, name, &value, sizeof(value));
}

int get_option(int fd, int level, int name) noexcept {
    int value = 0;
    socklen_t size = sizeof(value);
    int result = get_option(fd, level, name, &value, size);
    return result < 0 ? result : value;
}

int set_reuse_address(int fd, bool on) noexcept { return set_option(fd, SOL_SOCKET, SO_REUSEADDR, on); }
int set_reuse_port(int fd, bool on) noexcept { return set_option(fd, SOL_SOCKET, SO_REUSEPORT, on); }
int set_no_delay(int fd, bool on) noexcept { return set_option(fd, IPPROTO_TCP, TCP_NODELAY, on); }
int get_no_delay(int fd) noexcept { return get_option(fd, IPPROTO_TCP, TCP_NODELAY); }
int set_keepalive(int fd, bool on) noexcept { return set_option(fd, SOL_SOCKET, SO_KEEPALIVE, on); }
int get_keepalive(int fd) noexcept { return get_option(fd, SOL_SOCKET, SO_KEEPALIVE); }
int set_ipv6_only(int fd, bool on) noexcept { return set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, on); }

int set_keepalive_times(int fd, const keepalive_times& times) noexcept {
    int result = set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, times.idle_s);
    if (result == 0) {
        result = set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, times.interval_s);
    }
    if (result == 0) {
        result = set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, times.probes);
    }
    return result;
}

int get_keepalive_times(int fd, keepalive_times& times) noexcept {
    times.idle_s = get_option(fd, IPPROTO_TCP, TCP_KEEPIDLE);
    times.interval_s = get_option(fd, IPPROTO_TCP, TCP_KEEPINTVL);
    times.probes = get_option(fd, IPPROTO_TCP, TCP_KEEPCNT);
    for (int value : {times.idle_s, times.interval_s, times.probes}) {
        if (value < 0) {
            return value;
        }
    }
    return 0;
}

int set_reset_on_close(int fd) noexcept {
    linger now{};
    now.l_onoff = 1;
    now.l_linger = 0;
    return set_option(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

bool concerns_one_connection(int error) noexcept {
    switch (-error) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return true;
    default:
        return false;
    }
}

int take_socket_error(int fd) noexcept {
    int pending = get_option(fd, SOL_SOCKET, SO_ERROR);
    return pending > 0 ? -pending : pending;
}

}
