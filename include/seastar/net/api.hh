/// Sockets: connected_socket, server_socket, socket, and how to make them.
///
/// A socket belongs to one shard, the one that accepted or connected it, and stays there. A server listens on every
/// shard that is to serve connections; they are spread over those shards.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/iostream.hh>
#include <seastar/net/inet_address.hh>
#include <seastar/net/keepalive.hh>
#include <seastar/net/socket_defs.hh>

#include <chrono>
#include <memory>
#include <optional>

namespace seastar {

namespace net {

class connected_socket_impl;
class socket_impl;
class server_socket_impl;

}

/// How much a connection reads ahead of its reader: not less than min, not more than max bytes.
struct connected_socket_input_stream_config final {
    unsigned buffer_size = 8192;
    unsigned min_buffer_size = 512;
    unsigned max_buffer_size = 128 * 1024;
};

/// One end of a connection. The streams may outlive the socket object; the connection is closed when the last of the
/// three is gone.
class connected_socket {
    std::unique_ptr<net::connected_socket_impl> _csi;

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
    std::unique_ptr<net::socket_impl> _si;

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
    std::unique_ptr<net::server_socket_impl> _ssi;
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

}
