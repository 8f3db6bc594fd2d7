/// What the conformance tests of rings share: a ring of each kind, operations that record what happened to them, and
/// sockets on the loopback.
#pragma once

#include "backend.hh"
#include "fd.hh"
#include "sockets.hh"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace seastar::kernel {

struct recorded final : operation {
    int completions = 0;
    int32_t result = INT32_MIN;
    void complete(int32_t r) noexcept override {
        ++completions;
        result = r;
    }
};

struct recorded_receiver final : receiver {
    std::string data;
    size_t pieces = 0;
    int completions = 0;
    int32_t result = INT32_MIN;
    ring* cancel_in_received = nullptr;
    void received(const char* bytes, size_t size) noexcept override {
        EXPECT_GT(size, 0u);
        EXPECT_TRUE(busy());
        data.append(bytes, size);
        ++pieces;
        if (cancel_in_received) {
            cancel_in_received->cancel(*this);
        }
    }
    void complete(int32_t r) noexcept override {
        ++completions;
        result = r;
    }
};

struct recorded_acceptor final : acceptor {
    std::vector<int> fds;
    int completions = 0;
    int32_t result = INT32_MIN;
    ring* closes_with = nullptr; ///< close each connection at once instead of keeping it
    size_t accepts = 0;
    void accepted(int fd) noexcept override {
        ++accepts;
        if (closes_with) {
            closes_with->close(fd);
        } else {
            fds.push_back(fd);
        }
    }
    void complete(int32_t r) noexcept override {
        ++completions;
        result = r;
    }
    ~recorded_acceptor() {
        for (int fd : fds) {
            close_fd(fd);
        }
    }
};

/// A message of one piece of memory.
struct one_piece_message {
    iovec piece;
    msghdr header{};
    one_piece_message(const void* data, size_t size) : piece{const_cast<void*>(data), size} {
        header.msg_iov = &piece;
        header.msg_iovlen = 1;
    }
};

/// What tests do with a ring, whichever it is.
class ring_driver {
protected:
    static constexpr nanoseconds ms = 1'000'000;
    static constexpr nanoseconds second = 1000 * ms;

    /// Turns the ring until `done()`; a failure after 20 s of its clock.
    template <typename Done>
    void run_until(Done done) {
        nanoseconds deadline = r->now() + 20 * second;
        while (!done()) {
            if (r->now() >= deadline) {
                FAIL() << "nothing happened for 20 s";
            }
            r->wait(deadline);
        }
    }
    template <typename Operation>
    int32_t finish(Operation& op) {
        run_until([&] { return !op.busy(); });
        return op.result;
    }
    template <typename Operation>
    int32_t carry_out(Operation& op) {
        r->prepare(op);
        return finish(op);
    }

    /// A listening socket on a free port of the loopback.
    int listen(endpoint& at, int backlog) {
        int fd = open_socket(AF_INET, SOCK_STREAM);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(bind_socket(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        EXPECT_EQ(listen_socket(fd, backlog), 0);
        EXPECT_EQ(local_endpoint(fd, at), 0);
        return fd;
    }
    /// A connection on the loopback; the result of connect(). `server` may be accepted even if that failed.
    int32_t connect(int& client, int& server) {
        endpoint at;
        int listener = listen(at, 128);
        client = open_socket(AF_INET, SOCK_STREAM);
        recorded connecting;
        connecting.set_connect(client, at.address(), at.length);
        recorded_acceptor accepting;
        accepting.set_accept_stream(listener);
        r->prepare(accepting);
        int32_t result = carry_out(connecting);
        run_until([&] { return !accepting.fds.empty(); });
        r->cancel(accepting);
        EXPECT_EQ(finish(accepting), -ECANCELED);
        server = accepting.fds.front();
        accepting.fds.clear();
        r->close(listener);
        return result;
    }

    std::unique_ptr<ring> r;
};

class ring_test : public testing::TestWithParam<backend>, protected ring_driver {
protected:
    void SetUp() override {
        int error = 0;
        r = make_ring(GetParam(), error);
        // ENOMEM: an ordinary user's locked memory, which the kernel gives back late, is used up by the rings before.
        if (!r && (error == -EPERM || error == -ENOSYS || (error == -ENOMEM && ::geteuid() != 0))) {
            GTEST_SKIP() << "io_uring is not permitted here: " << error;
        }
        ASSERT_TRUE(r) << error;
    }

    /// Turns the ring as often as it delivers: what can happen without others has happened then.
    void settle() {
        r->poll();
        r->poll();
        while (r->poll()) {
        }
    }

    void make_pair(descriptor& a, descriptor& b) {
        int ends[2];
        ASSERT_EQ(open_socket_pair(ends), 0);
        a.reset(ends[0]);
        b.reset(ends[1]);
    }
    descriptor make_listener(endpoint& at, int backlog = 128) { return descriptor(listen(at, backlog)); }
    /// A TCP connection on the loopback.
    void make_connection(descriptor& client, descriptor& server) {
        int ends[2];
        ASSERT_EQ(connect(ends[0], ends[1]), 0);
        client.reset(ends[0]);
        server.reset(ends[1]);
    }

    /// Closes through the ring, as its users do: it must forget the descriptor.
    void close(descriptor& fd) {
        if (fd) {
            r->close(fd.release());
        }
    }
};

inline std::string backend_name(const testing::TestParamInfo<backend>& info) {
    return info.param == backend::io_uring ? "io_uring" : "epoll";
}

}
