/// The calls around a socket's life that never wait: make, bind, listen, options, addresses, shutdown. Moving bytes,
/// connecting and accepting go through a ring; datagrams
/// wait there until they can be moved. Everything returns -errno on failure and never throws.
#pragma once

#include "endpoint.hh"

#include <cstdint>

namespace seastar::kernel {

/// Keep-alive of a TCP connection; the kernel counts in whole seconds.
struct keepalive_times {
    int idle_s = 0;
    int interval_s = 0;
    int probes = 0;
    keepalive_times() noexcept {}
};

/// A non-blocking, close-on-exec socket, or -errno.
int open_socket(int family, int type, int protocol = 0) noexcept;
/// A connected pair of stream sockets of the local machine. Returns 0 or -errno.
int open_socket_pair(int (&ends)[2]) noexcept;

int bind_socket(int fd, const sockaddr* address, socklen_t length) noexcept;
int listen_socket(int fd, int backlog) noexcept;
/// `how`: SHUT_RD, SHUT_WR or SHUT_RDWR.
int shutdown_socket(int fd, int how) noexcept;
int local_endpoint(int fd, endpoint& result) noexcept;
int remote_endpoint(int fd, endpoint& result) noexcept;

/// One datagram, without waiting: bytes, -EAGAIN when there is none or no room, or another -errno, -EOPNOTSUPP in a
/// simulation. No signals.
int64_t send_message(int fd, const msghdr& message) noexcept;
int64_t receive_message(int fd, msghdr& message) noexcept;

/// Any option; the two shapes below cover those that are one int.
int set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept;
int get_option(int fd, int level, int name, void* value, socklen_t& size) noexcept;
int set_option(int fd, int level, int name, int value) noexcept;
/// The value is never negative for the options used here; a negative result is -errno.
int get_option(int fd, int level, int name) noexcept;

int set_reuse_address(int fd, bool on) noexcept;
int set_reuse_port(int fd, bool on) noexcept;
int set_no_delay(int fd, bool on) noexcept;
int get_no_delay(int fd) noexcept;
int set_keepalive(int fd, bool on) noexcept;
int get_keepalive(int fd) noexcept;
int set_keepalive_times(int fd, const keepalive_times& times) noexcept;
int get_keepalive_times(int fd, keepalive_times& times) noexcept;
/// IPv6 sockets only: whether IPv4 peers are refused.
int set_ipv6_only(int fd, bool on) noexcept;
/// Closing sends a reset instead of what is still unsent.
int set_reset_on_close(int fd) noexcept;
/// Takes the pending error of a socket: 0 or -errno.
int take_socket_error(int fd) noexcept;
/// Whether accept4(2) failed for that one connection only (`error` is -errno), so that the next may succeed at once.
bool concerns_one_connection(int error) noexcept;

}
