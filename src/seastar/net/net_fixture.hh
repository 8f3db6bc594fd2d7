/// For the tests of sockets: one shard on either ring, and raw sockets that do what a well-behaved peer does not.
#pragma once

#include <seastar/core/seastar.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/defer.hh>

#include "kernel/backend.hh"
#include "kernel/fd.hh"
#include "kernel/sockets.hh"
#include "loop/shard.hh"
#include "net/posix/listener.hh"
#include "net/posix/shutdown.hh"
#include "net/posix/socket_counters.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <fcntl.h>

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
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

inline size_t open_descriptors() {
    size_t n = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        n += ::fcntl(fd, F_GETFD) >= 0;
    }
    return n;
}

/// Shard: the calling thread. Sockets must be gone when a test ends; what is left open fails it.
class net_fixture : public ::testing::TestWithParam<kernel::backend> {
    size_t _descriptors = open_descriptors();
    int _error = 0;
    std::unique_ptr<kernel::ring> _ring = kernel::make_ring(GetParam(), _error);
    std::optional<loop::shard> _optional_shard;
    posix::listener_registry _registry{1};

protected:
    net_fixture() {
        if (_ring) {
            _optional_shard.emplace(*_ring, loop::shard_options());
            posix::set_registry(&_registry);
        }
    }
    void SetUp() override {
        if (!_ring) {
            GTEST_SKIP() << "no such ring here: " << std::strerror(-_error);
        }
    }
    ~net_fixture() override {
        if (_ring) {
            settle();
            posix::abandon_sockets();
            while (posix::sockets_busy()) {
                shard().turn();
            }
            settle();
            posix::set_registry(nullptr);
            _optional_shard.reset();
            _ring.reset();
            EXPECT_EQ(open_descriptors(), _descriptors) << "descriptors leaked";
        }
    }

    loop::shard& shard() { return *_optional_shard; }
    kernel::ring& ring() { return *_ring; }

    template <typename T>
    T run(future<T> f) {
        if (!shard().run_until([&f] { return f.available(); }, _ring->now() + 30'000'000'000)) {
            ADD_FAILURE() << "the future did not resolve";
            std::abort();
        }
        return f.get();
    }
    /// Turns until the condition holds.
    template <typename Condition>
    void run_until(Condition holds) {
        auto give_up = _ring->now() + 30'000'000'000;
        while (!holds()) {
            if (!shard().turn()) {
                shard().idle(_ring->now() + 1'000'000);
            }
            if (_ring->now() >= give_up) {
                ADD_FAILURE() << "it did not happen";
                std::abort();
            }
        }
    }
    /// Turns until there is nothing to do now.
    void settle() {
        while (shard().turn()) {
        }
    }
    /// The errno of the std::system_error that the future fails with; 0 if it does not.
    template <typename T>
    int error_of(future<T> f) {
        try {
            run(std::move(f));
            return 0;
        } catch (const std::system_error& e) {
            return e.code().value();
        }
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

inline std::string backend_name(const ::testing::TestParamInfo<kernel::backend>& info) {
    return info.param == kernel::backend::epoll ? "epoll" : "io_uring";
}
inline auto both_rings() { return ::testing::Values(kernel::backend::epoll, kernel::backend::io_uring); }

}
