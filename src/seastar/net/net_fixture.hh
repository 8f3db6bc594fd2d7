/// For the tests of sockets: one shard on either ring, and raw sockets that do what a well-behaved peer does not.
#pragma once

#include <seastar/core/seastar.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/defer.hh>

#include "io/both_rings.hh"
#include "kernel/fd.hh"
#include "kernel/sockets.hh"
#include "net/posix/listener.hh"
#include "net/posix/shutdown.hh"
#include "net/posix/socket_counters.hh"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <unistd.h>

namespace seastar::net {

/// A descriptor outside of any ring, blocking or not.
class raw_socket {
    kernel::descriptor _fd;

public:
    explicit raw_socket(const socket_address& to) : _fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        EXPECT_EQ(::connect(_fd.get(), &to.as_posix_sockaddr(), to.length()), 0) << std::strerror(errno);
    }
    int fd() const noexcept { return _fd.get(); }
    void send(std::string_view data) const {
        EXPECT_EQ(::send(fd(), data.data(), data.size(), MSG_NOSIGNAL), static_cast<ssize_t>(data.size()));
    }
    /// What has arrived, up to `size` bytes; does not wait.
    std::string receive(size_t size) const {
        std::string s(size, '\0');
        auto n = ::recv(fd(), s.data(), s.size(), MSG_DONTWAIT);
        s.resize(n > 0 ? static_cast<size_t>(n) : 0);
        return s;
    }
    /// Sends as much as fits, without waiting.
    size_t fill() const {
        std::string block(16384, 'x');
        size_t sum = 0;
        for (;;) {
            auto n = ::send(fd(), block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n <= 0) {
                return sum;
            }
            sum += static_cast<size_t>(n);
        }
    }
    void shutdown(int how) const { ::shutdown(fd(), how); }
    void reset() {
        kernel::set_reset_on_close(fd());
        close();
    }
    void close() { _fd = kernel::descriptor(); }
};

/// Shard: the calling thread. Sockets must be gone when a test ends.
class net_fixture : public io::both_rings_fixture {
    posix::listener_registry _registry{1};

protected:
    net_fixture() {
        if (usable()) {
            posix::set_registry(&_registry);
        }
    }
    ~net_fixture() override {
        if (usable()) {
            settle();
            posix::abandon_sockets();
            while (posix::sockets_busy()) {
                shard().turn();
            }
            settle();
            posix::set_registry(nullptr);
        }
    }

    /// Everything until the other side closes.
    std::string rest_of(raw_socket& c) {
        std::string got;
        run_until([&] {
            char block[16384];
            auto n = ::recv(c.fd(), block, sizeof(block), MSG_DONTWAIT);
            got.append(block, static_cast<size_t>(std::max<ssize_t>(n, 0)));
            return n == 0 || (n < 0 && errno != EAGAIN);
        });
        return got;
    }

    struct pair {
        connected_socket client, server;
        input_stream<char> client_in, server_in;
        output_stream<char> client_out, server_out;
    };
    static socket_address anywhere() { return socket_address(ipv4_addr("127.0.0.1", 0)); }

    server_socket listen_anywhere(listen_options options = {}) { return listen(anywhere(), options); }

    pair connect_pair(server_socket& listener) {
        auto c = connect(listener.local_address());
        auto accepted = run(listener.accept());
        return with_streams(run(std::move(c)), std::move(accepted.connection));
    }
    pair connect_pair() {
        auto listener = listen_anywhere();
        return connect_pair(listener);
    }
    static pair with_streams(connected_socket a, connected_socket b) {
        pair p{std::move(a), std::move(b), {}, {}, {}, {}};
        p.client_in = p.client.input();
        p.client_out = p.client.output();
        p.server_in = p.server.input();
        p.server_out = p.server.output();
        return p;
    }
    /// A server's connection whose peer is not ours.
    struct half {
        raw_socket peer;
        connected_socket socket;
        input_stream<char> in;
        output_stream<char> out;
    };
    half raw_pair(connected_socket_input_stream_config config = {}) {
        auto listener = listen_anywhere();
        raw_socket peer(listener.local_address());
        auto accepted = run(listener.accept());
        half h{std::move(peer), std::move(accepted.connection), {}, {}};
        h.in = h.socket.input(config);
        h.out = h.socket.output();
        return h;
    }
    template <typename Out>
    void send(Out& out, std::string_view s) {
        run(out.write(s.data(), s.size()));
        run(out.flush());
    }
    std::string receive(input_stream<char>& in, size_t n) {
        auto b = run(in.read_exactly(n));
        return std::string(b.get(), b.size());
    }
};

using io::backend_name;
using io::both_rings;
using io::open_descriptors;

}
