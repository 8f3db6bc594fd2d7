/// The simulated network: sockets, listeners and the bytes on their way, for all shards of a simulation. It knows no
/// operations and no threads; sim_ring.hh asks it what can happen now, and when.
///
/// Bytes of one connection keep their order; those of different connections do not. Reads and writes take part of what
/// they could, by draw. A connection may be reset at any time: both ends then find ECONNRESET, and what was on its way
/// is lost.
#pragma once

#include "dice.hh"
#include "options.hh"
#include "trace.hh"

#include "kernel/endpoint.hh"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <sys/uio.h>
#include <utility>
#include <vector>

namespace seastar::kernel::sim {

/// Used by one thread at a time. Everything returns -errno on failure, as the kernel does.
class network {
public:
    network(const options& o, dice& d, trace& t, const nanoseconds& now) noexcept;
    ~network();

    int open(int family, int type) noexcept;
    int bind(int fd, const sockaddr* address, socklen_t length) noexcept;
    int listen(int fd, int backlog) noexcept;
    int shutdown(int fd, int how) noexcept;
    int local(int fd, endpoint& result) const noexcept;
    int remote(int fd, endpoint& result) const noexcept;
    int set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept;
    int get_option(int fd, int level, int name, void* value, socklen_t& size) const noexcept;
    int close(int fd) noexcept;

    int start_connect(int fd, const sockaddr* address, socklen_t length) noexcept;

    // When an operation of this kind can go on: now or earlier, later, or `never` while that is up to others.
    nanoseconds connects_at(int fd) const noexcept;
    nanoseconds reads_at(int fd) const noexcept;
    nanoseconds writes_at(int fd) const noexcept;
    nanoseconds accepts_at(int fd) const noexcept;
    nanoseconds hangs_up_at(int fd) const noexcept; ///< The peer will send no more.

    // To be called when they can go on.
    int finish_connect(int fd) noexcept;
    int64_t read(int fd, void* buffer, size_t size) noexcept;
    int64_t write(int fd, const iovec* pieces, size_t count) noexcept;
    int accept(int fd) noexcept;

private:
    struct segment {
        nanoseconds at; ///< arrives
        std::string bytes;
        size_t used = 0;
    };
    struct socket;
    using socket_ptr = std::shared_ptr<socket>;

    socket* find(int fd) const noexcept;
    int find_usable(int fd, socket*& s) const noexcept; ///< For moving bytes: 0, or what is in the way.
    socket* listener_at(const endpoint& address) const noexcept;
    int add(socket_ptr s) noexcept;
    nanoseconds latency() noexcept;
    uint16_t free_port() noexcept;
    void reset(socket& s, nanoseconds at) noexcept;
    size_t part_of(size_t size) noexcept;

    const options& _options;
    dice& _dice;
    trace& _trace;
    const nanoseconds& _now;
    std::map<int, socket_ptr> _sockets; ///< by descriptor
    uint16_t _last_port = 32767;
};

}
