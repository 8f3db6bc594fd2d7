/// The kernel's datagram sockets as channels.
#pragma once

#include <seastar/net/api.hh>

namespace seastar::net::posix {

/// Unbound, of a family; or bound. Throw std::system_error.
datagram_channel make_datagram_channel(sa_family_t family);
datagram_channel make_datagram_channel(const socket_address& local);

// Parts of shutdown.hh.
void abandon_datagrams() noexcept;
bool datagrams_busy() noexcept;

}
