#include "net/net_fixture.hh"

#include <netinet/tcp.h>
#include <sys/resource.h>

namespace seastar::net {
namespace {

using buffer = temporary_buffer<char>;

class Sockets : public net_fixture {};
INSTANTIATE_TEST_SUITE_P(, Sockets, both_rings(), backend_name);

TEST_P(Sockets, CarryBytesBothWays) {
    auto p = connect_pair();
    send(p.client_out, "ping");
    EXPECT_EQ(receive(p.server_in, 4), "ping");
    send(p.server_out, "pong");
    EXPECT_EQ(receive(p.client_in, 4), "pong");
    run(p.client_out.close());
    EXPECT_TRUE(run(p.server_in.read()).empty());
    run(p.server_out.close());
    EXPECT_TRUE(run(p.client_in.read()).empty());
}

TEST_P(Sockets, KnowBothAddresses) {
    auto listener = listen_anywhere();
    auto c = connect(listener.local_address());
    auto accepted = run(listener.accept());
    auto client = run(std::move(c));
    EXPECT_NE(listener.local_address().port(), 0);
    EXPECT_EQ(client.remote_address(), listener.local_address());
    EXPECT_EQ(client.local_address(), accepted.remote_address);
    EXPECT_EQ(accepted.connection.remote_address(), accepted.remote_address);
    EXPECT_EQ(accepted.connection.local_address(), listener.local_address());
}

TEST_P(Sockets, CarryMegabytesThroughSmallBuffers) {
    auto p = connect_pair();
    std::string block(100'000, '\0');
    for (size_t i = 0; i < block.size(); ++i) {
        block[i] = static_cast<char>(i * 7 + i / 251);
    }
    constexpr int blocks = 50;
    int sent = 0;
    auto write_next = [&](auto self) -> future<> {
        if (sent++ == blocks) {
            return p.client_out.close();
        }
        return p.client_out.write(block).then([self] { return self(self); });
    };
    auto writing = write_next(write_next);
    for (int i = 0; i < blocks; ++i) {
        ASSERT_TRUE(receive(p.server_in, block.size()) == block) << i;
    }
    EXPECT_TRUE(run(p.server_in.read()).empty());
    run(std::move(writing));
}

TEST_P(Sockets, ManyFlushesOfOneTurnAreOneSend) {
    auto p = connect_pair();
    auto sends = ring().counters().sends;
    for (int i = 0; i < 10; ++i) {
        auto f = p.client_out.write("0123456789").then([&] { return p.client_out.flush(); });
        ASSERT_TRUE(f.available());
        f.get();
    }
    EXPECT_EQ(receive(p.server_in, 100).size(), 100u);
    EXPECT_EQ(ring().counters().sends - sends, 1u);
}

TEST_P(Sockets, RefusedConnectionsFail) {
    std::optional<server_socket> listener = listen_anywhere();
    auto address = listener->local_address();
    listener.reset();
    settle();
    EXPECT_EQ(error_of(connect(address)), ECONNREFUSED);
}

TEST_P(Sockets, AConnectCanBeBrokenOff) {
    auto s = make_socket();
    // A listener with a full queue: the handshake does not end.
    auto listener = raw_socket(listen_anywhere().local_address());
    kernel::descriptor full(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto any = anywhere();
    ASSERT_EQ(::bind(full.get(), &any.as_posix_sockaddr(), any.length()), 0);
    ASSERT_EQ(::listen(full.get(), 0), 0);
    kernel::endpoint e;
    ASSERT_EQ(kernel::local_endpoint(full.get(), e), 0);
    socket_address address(e.address(), e.length);
    std::vector<future<connected_socket>> filling;
    for (int i = 0; i < 4; ++i) {
        filling.push_back(connect(address));
    }
    auto f = s.connect(address);
    settle();
    ASSERT_FALSE(f.available());
    s.shutdown();
    EXPECT_EQ(error_of(std::move(f)), ECONNABORTED);
    full = kernel::descriptor();
    for (auto& f : filling) {
        (void)error_of(std::move(f));
    }
}

TEST_P(Sockets, ASocketsShutdownEndsItsConnection) {
    auto listener = listen_anywhere();
    auto s = make_socket();
    auto c = s.connect(listener.local_address());
    auto accepted = run(listener.accept());
    auto client = run(std::move(c));
    s.shutdown();
    auto in = accepted.connection.input();
    EXPECT_TRUE(run(in.read()).empty());
}

TEST_P(Sockets, ConnectMayGiveTheLocalAddress) {
    auto listener = listen_anywhere();
    auto c = connect(listener.local_address(), socket_address(ipv4_addr("127.0.0.5", 0)));
    auto accepted = run(listener.accept());
    run(std::move(c));
    EXPECT_EQ(accepted.remote_address.addr(), inet_address("127.0.0.5"));
}

TEST_P(Sockets, AHalfClosedConnectionStillCarriesTheOtherWay) {
    auto p = connect_pair();
    send(p.client_out, "question");
    settle(); // a flush leaves at the end of the turn
    p.client.shutdown_output();
    EXPECT_EQ(receive(p.server_in, 100), "question");
    send(p.server_out, "answer");
    run(p.server_out.close());
    EXPECT_EQ(receive(p.client_in, 100), "answer");
}

TEST_P(Sockets, StreamsKnowThatTheyHaveReadTheEnd) {
    auto p = connect_pair();
    auto waiting = p.server_in.read();
    run(p.client_out.close());
    EXPECT_TRUE(run(std::move(waiting)).empty());
    EXPECT_TRUE(p.server_in.eof());
    send(p.server_out, "last");
    run(p.server_out.close());
    run(p.client.wait_input_shutdown());
    EXPECT_EQ(receive(p.client_in, 4), "last");
    EXPECT_FALSE(p.client_in.eof()) << "it is there, and was not read";
    EXPECT_TRUE(run(p.client_in.read()).empty());
    EXPECT_TRUE(p.client_in.eof());
}

TEST_P(Sockets, ShutdownInputEndsAPendingRead) {
    auto p = connect_pair();
    auto f = p.server_in.read();
    settle();
    EXPECT_FALSE(f.available());
    p.server.shutdown_input();
    EXPECT_TRUE(run(std::move(f)).empty());
    EXPECT_TRUE(run(p.server_in.read()).empty());
}

TEST_P(Sockets, WritingAfterShutdownOutputFails) {
    auto p = connect_pair();
    p.client.shutdown_output();
    EXPECT_EQ(error_of(p.client_out.write("x").then([&] { return p.client_out.close(); })), EPIPE);
}

TEST_P(Sockets, WaitInputShutdownResolvesAtTheEndOfInput) {
    auto p = connect_pair();
    auto f = p.server.wait_input_shutdown();
    send(p.client_out, "x");
    settle();
    EXPECT_FALSE(f.available());
    run(p.client_out.close());
    run(std::move(f));
    EXPECT_EQ(receive(p.server_in, 10), "x") << "what came before is still there";
    run(p.server.wait_input_shutdown());
}

TEST_P(Sockets, AResetFailsAPendingRead) {
    auto h = raw_pair();
    auto f = h.in.read();
    settle();
    h.peer.reset();
    EXPECT_EQ(error_of(std::move(f)), ECONNRESET);
    EXPECT_TRUE(run(h.in.read()).empty()) << "the error is told once";
}

TEST_P(Sockets, AResetFailsAPendingWrite) {
    auto h = raw_pair();
    std::string block(1 << 20, 'x');
    auto f = make_ready_future<>();
    for (int i = 0; i < 50 && f.available(); ++i) {
        f = h.out.write(block);
        settle();
    }
    ASSERT_FALSE(f.available()) << "the peer does not read";
    h.peer.reset();
    auto error = error_of(std::move(f));
    EXPECT_TRUE(error == ECONNRESET || error == EPIPE) << error;
    run(h.out.close());
}

TEST_P(Sockets, AResetFailsWhatIsFlushedInTheBackground) {
    auto h = raw_pair();
    h.peer.reset();
    run_until([&] {
        auto f = h.out.write("x").then([&] { return h.out.flush(); });
        shard().turn();
        return error_of(std::move(f)) != 0;
    });
    EXPECT_NE(error_of(h.out.close()), 0);
}

TEST_P(Sockets, TakeOneByteAtATime) {
    auto h = raw_pair();
    auto f = h.in.read_exactly(200);
    for (int i = 0; i < 200; ++i) {
        h.peer.send(std::string(1, static_cast<char>(i)));
        shard().turn();
    }
    auto b = run(std::move(f));
    ASSERT_EQ(b.size(), 200u);
    for (int i = 0; i < 200; ++i) {
        EXPECT_EQ(b[static_cast<size_t>(i)], static_cast<char>(i));
    }
}

TEST_P(Sockets, SendToAPeerThatReadsOneByteAtATime) {
    auto h = raw_pair();
    int small = 1; // the kernel's least
    ::setsockopt(h.peer.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    std::string sent(20'000, '\0');
    for (size_t i = 0; i < sent.size(); ++i) {
        sent[i] = static_cast<char>(i ^ (i >> 8));
    }
    auto f = h.out.write(sent).then([&] { return h.out.close(); });
    std::string got;
    run_until([&] {
        for (int i = 0; i < 500; ++i) {
            got += h.peer.receive(1);
        }
        return got.size() == sent.size();
    });
    run(std::move(f));
    EXPECT_TRUE(got == sent);
}

TEST_P(Sockets, ReadAheadOfASlowReaderIsBounded) {
    connected_socket_input_stream_config config;
    config.max_buffer_size = 64 * 1024;
    auto h = raw_pair(config);
    int size = 64 * 1024;
    h.socket.set_sockopt(SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    ::setsockopt(h.peer.fd(), SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    h.peer.send("!");
    run(h.in.read_exactly(1));
    size_t sent = 0;
    int quiet = 0;
    run_until([&] {
        auto now = h.peer.fill();
        sent += now;
        quiet = now ? 0 : quiet + 1;
        return quiet == 50 || sent > 64'000'000;
    });
    EXPECT_LT(sent, 4'000'000u) << "kernel buffers, a ring's pieces and the stream's own";
    h.peer.shutdown(SHUT_WR);
    size_t got = 0;
    for (;;) {
        auto b = run(h.in.read());
        if (b.empty()) {
            break;
        }
        got += b.size();
    }
    EXPECT_EQ(got, sent) << "and nothing is lost by pausing";
}

TEST_P(Sockets, AWriteWaitsForAPeerThatDoesNotRead) {
    auto h = raw_pair();
    std::string block(1 << 20, 'x');
    size_t written = 0;
    auto f = make_ready_future<>();
    run_until([&] {
        if (!f.available()) {
            return true;
        }
        f = h.out.write(block);
        written += block.size();
        settle();
        return written > (100u << 20);
    });
    EXPECT_LT(written, 100u << 20);
    size_t got = 0;
    run_until([&] {
        got += h.peer.receive(1 << 20).size();
        return f.available();
    });
    run(std::move(f));
    auto closing = h.out.close();
    run_until([&] {
        got += h.peer.receive(1 << 20).size();
        return got == written;
    });
    run(std::move(closing));
}

TEST_P(Sockets, StreamsMayOutliveTheSocket) {
    auto p = connect_pair();
    p.client = {};
    p.server = {};
    send(p.client_out, "still");
    EXPECT_EQ(receive(p.server_in, 5), "still");
}

TEST_P(Sockets, DroppingEverythingDuringTransfersClosesTheConnection) {
    auto h = raw_pair();
    auto reading = h.in.read();
    auto writing = h.out.write(std::string(16 << 20, 'x'));
    settle();
    h.in = {};
    h.out = {};
    h.socket = {};
    run_until([&] { return !posix::sockets_busy(); });
    EXPECT_THROW(run(std::move(reading)), broken_promise);
    EXPECT_THROW(run(std::move(writing)), broken_promise);
}

TEST_P(Sockets, HaveOptions) {
    auto p = connect_pair();
    p.client.set_nodelay(true);
    EXPECT_TRUE(p.client.get_nodelay());
    p.client.set_nodelay(false);
    EXPECT_FALSE(p.client.get_nodelay());
    p.client.set_keepalive(true);
    EXPECT_TRUE(p.client.get_keepalive());
    using std::chrono::seconds;
    p.client.set_keepalive_parameters(tcp_keepalive_params{seconds(60), seconds(7), 5});
    auto params = std::get<tcp_keepalive_params>(p.client.get_keepalive_parameters());
    EXPECT_EQ(params.idle, seconds(60));
    EXPECT_EQ(params.interval, seconds(7));
    EXPECT_EQ(params.count, 5u);
    int on = 0;
    EXPECT_EQ(p.client.get_sockopt(SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)), static_cast<int>(sizeof(on)));
    EXPECT_EQ(on, 1);
    EXPECT_THROW(p.client.set_sockopt(SOL_SOCKET, 9999, &on, sizeof(on)), std::system_error);
}

TEST_P(Sockets, SpeakIpv6) {
    auto listener = listen(socket_address(ipv6_addr("::1", 0)));
    auto p = connect_pair(listener);
    EXPECT_EQ(p.client.remote_address().family(), AF_INET6);
    send(p.client_out, "six");
    EXPECT_EQ(receive(p.server_in, 3), "six");
}

TEST_P(Sockets, SpeakOverUnixPaths) {
    char folder[] = "/tmp/socket_test.XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    auto path = std::string(folder) + "/s";
    auto clean = defer([&]() noexcept {
        ::unlink(path.c_str());
        ::rmdir(folder);
    });
    auto listener = listen(socket_address(unix_domain_addr(path)));
    EXPECT_TRUE(listener.local_address() == socket_address(unix_domain_addr(path)));
    auto p = connect_pair(listener);
    send(p.client_out, "local");
    EXPECT_EQ(receive(p.server_in, 5), "local");
    EXPECT_EQ(error_of(futurize_invoke([&] { return connect(socket_address(unix_domain_addr(path + "x"))); })), ENOENT);
}

TEST_P(Sockets, SpeakOverAbstractUnixNames) {
    auto name = "seastar-socket-test-" + std::to_string(::getpid());
    name.insert(0, 1, '\0');
    auto listener = listen(socket_address(unix_domain_addr(name)));
    auto p = connect_pair(listener);
    send(p.client_out, "local");
    EXPECT_EQ(receive(p.server_in, 5), "local");
}

// ---- listening

class Listening : public net_fixture {};
INSTANTIATE_TEST_SUITE_P(, Listening, both_rings(), backend_name);

TEST_P(Listening, TwiceOnOneShardFails) {
    auto listener = listen_anywhere();
    try {
        (void)listen(listener.local_address());
        FAIL();
    } catch (const std::system_error& e) {
        EXPECT_STREQ(e.what(), "bind: Address already in use");
    }
}

TEST_P(Listening, LeavesThePortFreeAtOnce) {
    std::optional<server_socket> listener = listen_anywhere();
    auto address = listener->local_address();
    listener.reset();
    settle();
    kernel::descriptor other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(other.get(), &address.as_posix_sockaddr(), address.length()), 0) << std::strerror(errno);
}

TEST_P(Listening, AgainOnTheSameAddressWorksAtOnce) {
    std::optional<server_socket> listener = listen_anywhere();
    auto address = listener->local_address();
    for (int i = 0; i < 5; ++i) {
        listener.reset();
        listener = listen(address);
        auto p = connect_pair(*listener);
        send(p.client_out, "x");
        EXPECT_EQ(receive(p.server_in, 1), "x");
        // The client closes first, so that the server's port is not held by TIME_WAIT.
        run(p.client_out.close());
        run(p.server_in.read());
        run(p.server_out.close());
    }
}

TEST_P(Listening, ConnectionsThatCameBeforeAcceptWait) {
    auto listener = listen_anywhere();
    raw_socket a(listener.local_address()), b(listener.local_address());
    settle();
    EXPECT_TRUE(run(listener.accept()).connection);
    EXPECT_TRUE(run(listener.accept()).connection);
}

TEST_P(Listening, AbortFailsAPendingAcceptAndEveryLaterOne) {
    auto listener = listen_anywhere();
    auto f = listener.accept();
    settle();
    listener.abort_accept();
    EXPECT_EQ(error_of(std::move(f)), ECONNABORTED);
    EXPECT_EQ(error_of(listener.accept()), ECONNABORTED);
    listener.abort_accept();
}

TEST_P(Listening, ConnectionsThatNobodyAcceptedAreClosed) {
    std::optional<server_socket> listener = listen_anywhere();
    raw_socket peer(listener->local_address());
    settle();
    listener.reset();
    run_until([&] {
        char c;
        return ::recv(peer.fd(), &c, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN;
    });
}

TEST_P(Listening, ABacklogThatIsFullPausesAndResumes) {
    listen_options options;
    options.listen_backlog = 2;
    auto listener = listen_anywhere(options);
    std::vector<future<connected_socket>> clients;
    for (int i = 0; i < 5; ++i) {
        clients.push_back(connect(listener.local_address()));
        settle();
    }
    std::vector<connected_socket> accepted;
    for (int i = 0; i < 5; ++i) {
        accepted.push_back(std::move(run(listener.accept()).connection));
        EXPECT_TRUE(accepted.back());
    }
    for (auto& c : clients) {
        EXPECT_TRUE(run(std::move(c)));
    }
}

TEST_P(Listening, RunningOutOfDescriptorsIsSurvived) {
    rlimit before;
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit low = before;
    low.rlim_cur = 100;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0); // io_uring keeps the limit of the time when accepting began
    auto restore = defer([&]() noexcept { ::setrlimit(RLIMIT_NOFILE, &before); });
    auto listener = listen_anywhere();
    auto f = listener.accept();
    settle();
    kernel::descriptor peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    std::vector<kernel::descriptor> others;
    for (int fd; (fd = ::dup(peer.get())) >= 0;) {
        others.emplace_back(fd);
    }
    auto failures = posix::counters().accept_failures;
    auto address = listener.local_address();
    ASSERT_EQ(::connect(peer.get(), &address.as_posix_sockaddr(), address.length()), 0);
    run_until([&] { return posix::counters().accept_failures > failures; });
    EXPECT_FALSE(f.available());
    others.clear();
    auto relief = ring().now();
    EXPECT_TRUE(run(std::move(f)).connection);
    EXPECT_LT(ring().now() - relief, 1'000'000'000);
}

TEST_P(Listening, WithTheProxyProtocolIsRefused) {
    listen_options options;
    options.proxy_protocol = true;
    EXPECT_THROW((void)listen_anywhere(options), std::system_error);
}

TEST_P(Listening, SetsTheBuffersOfConnections) {
    listen_options options;
    options.so_rcvbuf = 20'000;
    options.so_sndbuf = 30'000;
    auto listener = listen_anywhere(options);
    auto p = connect_pair(listener);
    int size = 0;
    p.server.get_sockopt(SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    EXPECT_EQ(size, 40'000) << "the kernel doubles it";
    p.server.get_sockopt(SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    EXPECT_EQ(size, 60'000);
}

// ---- the way out

class Abandoning : public net_fixture {};
INSTANTIATE_TEST_SUITE_P(, Abandoning, both_rings(), backend_name);

TEST_P(Abandoning, LeavesNothingBusyAndClosesEverything) {
    auto before = open_descriptors();
    auto listener = listen_anywhere();
    auto accepting = listener.accept();
    std::optional<raw_socket> peer(listener.local_address());
    auto accepted = run(std::move(accepting));
    auto again = listener.accept();
    auto in = accepted.connection.input();
    auto out = accepted.connection.output();
    auto reading = in.read();
    auto writing = out.write(std::string(16 << 20, 'x'));
    settle();
    EXPECT_TRUE(posix::sockets_busy());
    posix::abandon_sockets();
    run_until([&] { return !posix::sockets_busy(); });
    settle();
    peer.reset();
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_FALSE(reading.available());
    EXPECT_FALSE(writing.available());
    EXPECT_FALSE(again.available());
}

}
}
