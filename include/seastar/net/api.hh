/// Sockets: connected_socket, server_socket, socket, and how to make them.
///
/// A socket belongs to one shard, the one that accepted or connected it, and stays there. A server listens on every
/// shard that is to serve connections; they are spread over those shards.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/internal/chrono.hh>
#include <seastar/core/internal/owned.hh>
#include <seastar/core/iostream.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/net/inet_address.hh>
#include <seastar/net/keepalive.hh>
#include <seastar/net/packet.hh>
#include <seastar/net/socket_defs.hh>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace seastar {

namespace net {

class connected_socket_impl;
class socket_impl;
class server_socket_impl;
class datagram_impl;
class datagram_channel_impl;
class network_interface_impl;

/// A message that came through a datagram_channel. Movable.
class datagram final {
    internal::owned<datagram_impl> _impl;
    packet _data;

public:
    explicit datagram(std::unique_ptr<datagram_impl> impl) noexcept;
    datagram(datagram&&) noexcept;
    datagram& operator=(datagram&&) noexcept;
    ~datagram();
    socket_address get_src() const;
    /// The address that it was sent to, also where the channel is bound to all.
    socket_address get_dst() const;
    uint16_t get_dst_port() const;
    /// The bytes. The two share them: use one or the other.
    packet& get_data();
    std::span<temporary_buffer<char>> get_buffers();
};
using udp_datagram = datagram;

/// Sends and receives datagrams: UDP, or those of Unix sockets. Shard: the one that made it.
class datagram_channel {
    internal::owned<datagram_channel_impl> _impl;

public:
    datagram_channel() noexcept;
    explicit datagram_channel(std::unique_ptr<datagram_channel_impl> impl) noexcept;
    datagram_channel(datagram_channel&&) noexcept;
    datagram_channel& operator=(datagram_channel&&) noexcept;
    ~datagram_channel(); ///< As close().

    socket_address local_address() const;
    /// The next message; longer than 64 KiB is cut. One call at a time. Fails with ECONNABORTED when the channel is
    /// closed or its input shut down.
    future<datagram> receive();
    /// Resolves when the kernel has taken the message, which says nothing about its arrival. Messages leave in order.
    /// Fails with std::system_error: EMSGSIZE, EPIPE after shutdown_output() ...
    future<> send(const socket_address& dst, const char* message);
    future<> send(const socket_address& dst, packet p);
    future<> send(const socket_address& dst, std::span<temporary_buffer<char>> buffers);
    void shutdown_input();
    void shutdown_output();
    bool is_closed() const;
    /// Breaks off what waits, and gives the port back.
    void close();
};
using udp_channel = datagram_channel;

}

/// One end of a connection. The streams may outlive the socket object; the connection is closed when the last of the
/// three is gone.
class connected_socket {
    internal::owned<net::connected_socket_impl> _csi;

public:
    connected_socket() noexcept;
    explicit connected_socket(std::unique_ptr<net::connected_socket_impl> csi) noexcept;
    connected_socket(connected_socket&&) noexcept;
    connected_socket& operator=(connected_socket&&) noexcept;
    ~connected_socket();

    explicit operator bool() const noexcept { return static_cast<bool>(_csi); }

    /// The stream of what the peer sends. Call it once.
    input_stream<char> input(connected_socket_input_stream_config config = {});
    /// The stream to the peer; its flushes leave at the end of the loop's turn. Call it once.
    output_stream<char> output(size_t buffer_size = 8192);

    void set_nodelay(bool nodelay); ///< TCP_NODELAY
    bool get_nodelay() const;
    void set_keepalive(bool keepalive); ///< SO_KEEPALIVE
    bool get_keepalive() const;
    void set_keepalive_parameters(const net::keepalive_params& p);
    net::keepalive_params get_keepalive_parameters() const;
    void set_sockopt(int level, int optname, const void* data, size_t len);
    int get_sockopt(int level, int optname, void* data, size_t len) const;

    socket_address local_address() const noexcept;
    socket_address remote_address() const noexcept;

    /// No more output: the peer reads the end of the stream. A pending write fails.
    void shutdown_output();
    /// No more input: a pending read, and each later one, finds the end of the stream.
    void shutdown_input();
    /// Resolves when the input has ended, by the peer, an error or shutdown_input().
    future<> wait_input_shutdown();
};

/// A connection to be: connect() can be broken off by shutdown().
class socket {
    internal::owned<net::socket_impl> _si;

public:
    socket() noexcept;
    explicit socket(std::unique_ptr<net::socket_impl> si) noexcept;
    socket(socket&&) noexcept;
    socket& operator=(socket&&) noexcept;
    ~socket();

    /// Fails with std::system_error as connect(2) does.
    future<connected_socket> connect(socket_address sa, socket_address local = {}, transport proto = transport::TCP);
    void set_reuseaddr(bool reuseaddr);
    bool get_reuseaddr() const;
    /// A pending connect() fails with ECONNABORTED; an established connection is shut down.
    void shutdown();
};

struct accept_result {
    connected_socket connection;
    socket_address remote_address;
};

/// Listens on the shard that made it (see listen() in core/seastar.hh). Destroying it stops listening.
class server_socket {
    internal::owned<net::server_socket_impl> _ssi;
    bool _aborted = false;

public:
    enum class load_balancing_algorithm {
        connection_distribution, ///< to the listening shard with the fewest connections, ties in rotation
        port,                    ///< by the peer's port, modulo the number of shards
        fixed,                   ///< to listen_options::fixed_cpu
        default_ = connection_distribution
    };

    server_socket() noexcept;
    explicit server_socket(std::unique_ptr<net::server_socket_impl> ssi) noexcept;
    server_socket(server_socket&&) noexcept;
    server_socket& operator=(server_socket&&) noexcept;
    ~server_socket();

    explicit operator bool() const noexcept { return static_cast<bool>(_ssi); }

    /// The next connection for this shard. One call at a time.
    future<accept_result> accept();
    /// A pending accept(), and each later one, fails with ECONNABORTED; connections go to other shards.
    void abort_accept();
    /// With the port that the kernel chose, if 0 was asked for.
    socket_address local_address() const noexcept;
};

/// A network interface of the machine, as it was when network_interfaces() was called. Cheap to copy on its shard.
class network_interface {
    shared_ptr<net::network_interface_impl> _impl;

public:
    explicit network_interface(shared_ptr<net::network_interface_impl> impl) noexcept;
    network_interface(network_interface&&) noexcept;
    network_interface(const network_interface&) noexcept;
    network_interface& operator=(network_interface&&) noexcept;
    network_interface& operator=(const network_interface&) noexcept;
    ~network_interface();

    uint32_t index() const;
    uint32_t mtu() const;
    const sstring& name() const;
    const sstring& display_name() const;
    const std::vector<net::inet_address>& addresses() const;
    const std::vector<uint8_t>& hardware_address() const;
    bool is_loopback() const;
    bool is_virtual() const;
    bool is_up() const;
    bool supports_ipv6() const;
};

struct listen_options {
    bool reuse_address = false; ///< SO_REUSEADDR
    server_socket::load_balancing_algorithm lba = server_socket::load_balancing_algorithm::default_;
    transport proto = transport::TCP;
    int listen_backlog = 100;
    unsigned fixed_cpu = 0u;
    std::optional<int> so_sndbuf{};
    std::optional<int> so_rcvbuf{};
    bool proxy_protocol = false; ///< not supported yet: listen() fails

    void set_fixed_cpu(unsigned cpu) {
        lba = server_socket::load_balancing_algorithm::fixed;
        fixed_cpu = cpu;
    }
};

/// Where sockets come from: engine().net(). The functions of core/seastar.hh do the same with less to type.
class network_stack {
public:
    virtual ~network_stack() = default;
    virtual server_socket listen(socket_address sa, listen_options options) = 0;
    virtual ::seastar::socket socket() = 0;
    future<connected_socket> connect(socket_address sa, socket_address local = {}, transport proto = transport::TCP);
    virtual net::datagram_channel make_unbound_datagram_channel(sa_family_t family) = 0;
    virtual net::datagram_channel make_bound_datagram_channel(const socket_address& local) = 0;
    /// Bound to `local`, or to any port.
    net::udp_channel make_udp_channel(const socket_address& local = {});
    virtual bool has_per_core_namespace() = 0;
    virtual bool supports_ipv6() const = 0;
    virtual std::vector<network_interface> network_interfaces() = 0;
    virtual future<> initialize() { return make_ready_future<>(); }
};

}
