#include <seastar/core/seastar.hh>

#include "net/posix/listener.hh"
#include "net/posix/posix_socket.hh"

namespace seastar {

server_socket listen(socket_address sa) { return listen(sa, listen_options()); }

server_socket listen(socket_address sa, listen_options opts) { return server_socket(net::posix::listen(sa, opts)); }

future<connected_socket> connect(socket_address sa) { return connect(sa, socket_address()); }

future<connected_socket> connect(socket_address sa, socket_address local, transport proto) {
    return make_socket().connect(sa, local, proto);
}

::seastar::socket make_socket() { return ::seastar::socket(net::posix::make_socket()); }

}
