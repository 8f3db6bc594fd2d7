/// The seams under the socket classes of api.hh: what a network stack implements. The kernel's sockets are in
/// src/seastar/net/posix/.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/iostream.hh>
#include <seastar/net/keepalive.hh>
#include <seastar/net/socket_defs.hh>

#include <cstdint>
#include <span>
#include <vector>

namespace seastar {

class connected_socket;
struct accept_result;

namespace net {

class datagram;
class inet_address;
class packet;

class connected_socket_impl {
public:
    virtual ~connected_socket_impl() = default;
    virtual data_source source() = 0;
    virtual data_source source(connected_socket_input_stream_config) { return source(); }
    virtual data_sink sink() = 0;
    virtual void shutdown_input() = 0;
    virtual void shutdown_output() = 0;
    virtual void set_nodelay(bool nodelay) = 0;
    virtual bool get_nodelay() const = 0;
    virtual void set_keepalive(bool keepalive) = 0;
    virtual bool get_keepalive() const = 0;
    virtual void set_keepalive_parameters(const keepalive_params&) = 0;
    virtual keepalive_params get_keepalive_parameters() const = 0;
    virtual void set_sockopt(int level, int optname, const void* data, size_t len) = 0;
    virtual int get_sockopt(int level, int optname, void* data, size_t len) const = 0;
    virtual socket_address local_address() const noexcept = 0;
    virtual socket_address remote_address() const noexcept = 0;
    virtual future<> wait_input_shutdown() = 0;
};

class socket_impl {
public:
    virtual ~socket_impl() = default;
    virtual future<connected_socket> connect(socket_address sa, socket_address local, transport proto) = 0;
    virtual void set_reuseaddr(bool reuseaddr) = 0;
    virtual bool get_reuseaddr() const = 0;
    virtual void shutdown() = 0;
};

class server_socket_impl {
public:
    virtual ~server_socket_impl() = default;
    virtual future<accept_result> accept() = 0;
    virtual void abort_accept() = 0;
    virtual socket_address local_address() const = 0;
};

/// What datagram is made of.
class datagram_impl {
public:
    virtual ~datagram_impl() = default;
    virtual socket_address get_src() = 0;
    virtual socket_address get_dst() = 0;
    virtual uint16_t get_dst_port() = 0;
    virtual std::span<temporary_buffer<char>> get_buffers() = 0;
};

class datagram_channel_impl {
public:
    virtual ~datagram_channel_impl() = default;
    virtual socket_address local_address() const = 0;
    virtual future<datagram> receive() = 0;
    virtual future<> send(const socket_address& dst, const char* message) = 0;
    virtual future<> send(const socket_address& dst, packet p) = 0;
    virtual future<> send(const socket_address& dst, std::span<temporary_buffer<char>> buffers) = 0;
    virtual void shutdown_input() = 0;
    virtual void shutdown_output() = 0;
    virtual bool is_closed() const = 0;
    virtual void close() = 0;
};
using udp_channel_impl = datagram_channel_impl;

class network_interface_impl {
public:
    virtual ~network_interface_impl() = default;
    virtual uint32_t index() const = 0;
    virtual uint32_t mtu() const = 0;
    virtual const sstring& name() const = 0;
    virtual const sstring& display_name() const = 0;
    virtual const std::vector<inet_address>& addresses() const = 0;
    virtual const std::vector<uint8_t>& hardware_address() const = 0;
    virtual bool is_loopback() const = 0;
    virtual bool is_virtual() const = 0;
    virtual bool is_up() const = 0;
    virtual bool supports_ipv6() const = 0;
};

}
}
