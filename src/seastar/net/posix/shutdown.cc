#include "net/posix/shutdown.hh"

#include "net/posix/connection.hh"
#include "net/posix/datagram.hh"
#include "net/posix/listener.hh"
#include "net/posix/posix_socket.hh"

namespace seastar::net::posix {

void abandon_sockets() noexcept {
    abandon_listeners();
    abandon_connecting();
    abandon_connections();
    abandon_datagrams();
}

bool sockets_busy() noexcept {
    return listeners_busy() || connecting_busy() || connections_busy() || datagrams_busy();
}

}
