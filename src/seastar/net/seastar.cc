#include <seastar/core/seastar.hh>

#include "kernel/fd.hh"
#include "net/posix/datagram.hh"
#include "net/posix/listener.hh"
#include "net/posix/posix_socket.hh"

#include <system_error>

namespace seastar {

server_socket listen(socket_address sa) { return listen(sa, listen_options()); }

server_socket listen(socket_address sa, listen_options opts) { return server_socket(net::posix::listen(sa, opts)); }

future<connected_socket> connect(socket_address sa) { return connect(sa, socket_address()); }

future<connected_socket> connect(socket_address sa, socket_address local, transport proto) {
    return make_socket().connect(sa, local, proto);
}

::seastar::socket make_socket() { return ::seastar::socket(net::posix::make_socket()); }

net::datagram_channel make_unbound_datagram_channel(sa_family_t family) {
    return net::posix::make_datagram_channel(family);
}

net::datagram_channel make_bound_datagram_channel(const socket_address& local) {
    return net::posix::make_datagram_channel(local);
}

future<std::tuple<file_desc, file_desc>> make_pipe() noexcept {
    using ends = std::tuple<file_desc, file_desc>;
    kernel::descriptor read_end;
    kernel::descriptor write_end;
    if (int error = kernel::open_pipe(read_end, write_end)) {
        return make_exception_future<ends>(std::system_error(-error, std::system_category(), "pipe2"));
    }
    return make_ready_future<ends>(file_desc::from_fd(read_end.release()), file_desc::from_fd(write_end.release()));
}

}
