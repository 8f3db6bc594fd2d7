/// The kernel's sockets as the seams of net/stack.hh.
#pragma once

#include <seastar/net/api.hh>
#include <seastar/net/stack.hh>

#include <memory>

namespace seastar::net::posix {

class listener_state;

/// Takes over a connected descriptor. `listener` counts the connection, if given.
connected_socket make_connected_socket(int fd, std::shared_ptr<listener_state> listener);

std::unique_ptr<socket_impl> make_socket();

// Parts of shutdown.hh.
void abandon_connecting() noexcept;
bool connecting_busy() noexcept;

}
