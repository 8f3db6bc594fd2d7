/// The free functions of the runtime: listening, connecting, pipes, files by name. They act on the calling shard.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/internal/file_system.hh>
#include <seastar/core/posix.hh>
#include <seastar/net/api.hh>

#include <tuple>

namespace seastar {

/// Listens on an address for this shard. Each shard that calls it with the same address gets its part of the
/// connections. Throws std::system_error, "bind: Address already in use" for one.
server_socket listen(socket_address sa);
server_socket listen(socket_address sa, listen_options opts);

/// Connects, from `local` if given. Fails with std::system_error.
future<connected_socket> connect(socket_address sa);
future<connected_socket> connect(socket_address sa, socket_address local, transport proto = transport::TCP);

/// A socket whose connect() can be broken off.
::seastar::socket make_socket();

/// Channels for datagrams: of a family (AF_INET, AF_INET6, AF_UNIX), on any port, or bound to an address. Throw
/// std::system_error.
net::datagram_channel make_unbound_datagram_channel(sa_family_t family);
net::datagram_channel make_bound_datagram_channel(const socket_address& local);

/// The reading and the writing end of a new pipe; streams over them: core/fstream.hh. Fails with std::system_error.
future<std::tuple<file_desc, file_desc>> make_pipe() noexcept;

}
