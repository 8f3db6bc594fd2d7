/// Listening: one kernel socket per address and process. The shard that listened first owns it and accepts; each
/// connection goes, as a plain descriptor, to one of the shards that listen on the address.
///
/// Who touches what:
/// 1. the registry (listener_registry) is the process's, under its mutex, used when listening starts and ends only.
/// 2. listener_state is shared by all shards; its counters are atomic, the rest is fixed.
/// 3. the acceptor and the set of listening shards are the owner shard's.
/// 4. the queue of connections that wait for accept() is each listening shard's own.
#pragma once

#include <seastar/net/api.hh>
#include <seastar/net/stack.hh>

#include "net/posix/listener_registry.hh"

#include <memory>

namespace seastar::net::posix {

/// Makes `registry` the calling shard's. Done at the shard's start; null at its end.
void set_registry(listener_registry* registry) noexcept;

/// Throws std::system_error.
std::unique_ptr<server_socket_impl> listen(socket_address address, listen_options options);

// Parts of shutdown.hh.
void abandon_listeners() noexcept;
bool listeners_busy() noexcept;

}
