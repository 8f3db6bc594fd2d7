// The conformance suite of rings, part two: receiving and accepting for as long as it lasts.
#include "ring_fixture.hh"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seastar::kernel {
namespace {

class ring_stream_test : public ring_test {
protected:
    /// Sends all of it, however often the socket takes a part only.
    void send_all(int fd, const std::string& text) {
        size_t sent = 0;
        recorded op;
        while (sent < text.size()) {
            one_piece_message rest(text.data() + sent, text.size() - sent);
            op.set_send(fd, &rest.header);
            int32_t n = carry_out(op);
            ASSERT_GT(n, 0);
            sent += static_cast<size_t>(n);
        }
    }
    /// A client that connects outside the ring: the handshake of a loopback needs no turn of ours.
    descriptor connect_plainly(endpoint& at) {
        descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(client.get(), at.address(), at.length), 0);
        return client;
    }
};
INSTANTIATE_TEST_SUITE_P(on, ring_stream_test, testing::Values(backend::io_uring, backend::epoll), backend_name);

TEST_P(ring_stream_test, delivers_pieces_in_order_until_the_end) {
    descriptor a, b;
    make_connection(a, b);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    r->prepare(in);
    std::string text;
    for (int i = 0; i < 300; ++i) {
        std::string piece(static_cast<size_t>(1 + i * 37 % 9000), static_cast<char>('a' + i % 26));
        send_all(a.get(), piece);
        text += piece;
        run_until([&] { return in.data.size() == text.size(); });
    }
    EXPECT_TRUE(in.data == text);
    EXPECT_TRUE(in.busy());
    ASSERT_EQ(shutdown_socket(a.get(), SHUT_WR), 0);
    EXPECT_EQ(finish(in), 0);
    EXPECT_EQ(in.completions, 1);
}

TEST_P(ring_stream_test, delivers_what_came_before_the_end_even_if_both_are_there_at_once) {
    descriptor a, b;
    make_connection(a, b);
    std::string text(100'000, 't');
    send_all(a.get(), text);
    close(a);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    EXPECT_EQ(carry_out(in), 0);
    EXPECT_TRUE(in.data == text);
}

TEST_P(ring_stream_test, one_byte_at_a_time_arrives_whole) {
    descriptor a, b;
    make_connection(a, b);
    ASSERT_EQ(set_no_delay(a.get(), true), 0);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    r->prepare(in);
    std::string text;
    for (int i = 0; i < 2000; ++i) {
        char c = static_cast<char>(i);
        ASSERT_EQ(::write(a.get(), &c, 1), 1);
        text += c;
        if (i % 7 == 0) {
            r->poll();
        }
    }
    run_until([&] { return in.data.size() == text.size(); });
    EXPECT_TRUE(in.data == text);
    r->cancel(in);
    EXPECT_EQ(finish(in), -ECANCELED);
}

TEST_P(ring_stream_test, a_reset_in_mid_stream_is_an_error) {
    descriptor a, b;
    make_connection(a, b);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    r->prepare(in);
    ASSERT_EQ(::write(a.get(), "half", 4), 4);
    run_until([&] { return in.data == "half"; });
    ASSERT_EQ(set_reset_on_close(a.get()), 0);
    close(a);
    EXPECT_EQ(finish(in), -ECONNRESET);
    EXPECT_EQ(in.completions, 1);
}

TEST_P(ring_stream_test, cancel_leaves_later_bytes_in_the_socket) {
    descriptor a, b;
    make_connection(a, b);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    r->prepare(in);
    ASSERT_EQ(::write(a.get(), "first", 5), 5);
    run_until([&] { return in.data == "first"; });
    r->cancel(in);
    EXPECT_EQ(finish(in), -ECANCELED);
    ASSERT_EQ(::write(a.get(), "second", 6), 6);
    char buffer[16];
    recorded op;
    op.set_receive(b.get(), buffer, sizeof(buffer));
    EXPECT_EQ(carry_out(op), 6);
    in.set_receive_stream(b.get());
    r->prepare(in);
    ASSERT_EQ(::write(a.get(), "third", 5), 5);
    run_until([&] { return in.data == "firstthird"; });
    r->cancel(in);
    EXPECT_EQ(finish(in), -ECANCELED);
}

TEST_P(ring_stream_test, cancel_at_each_state_loses_nothing_and_completes_once) {
    descriptor a, b;
    make_connection(a, b);
    std::string sent, got;
    for (int round = 0; round < 400; ++round) {
        recorded_receiver in;
        in.set_receive_stream(b.get());
        bool inside = (round & 1) != 0;
        in.cancel_in_received = inside ? r.get() : nullptr;
        std::string piece = std::to_string(round) + ",";
        if ((round & 2) != 0) {
            send_all(a.get(), piece); // before it is armed
            sent += piece;
        }
        r->prepare(in);
        if ((round & 4) != 0) {
            settle(); // armed in the kernel
        }
        if ((round & 8) != 0) {
            ASSERT_EQ(::write(a.get(), piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
            sent += piece; // arrived, and the ring does not know yet
        }
        if ((round & 16) != 0 && in.busy()) {
            r->poll();
        }
        r->cancel(in);
        int32_t result = finish(in);
        EXPECT_EQ(result, -ECANCELED);
        EXPECT_EQ(in.completions, 1);
        got += in.data;
    }
    close(a);
    recorded_receiver rest;
    rest.set_receive_stream(b.get());
    EXPECT_EQ(carry_out(rest), 0);
    EXPECT_EQ(got + rest.data, sent);
}

TEST_P(ring_stream_test, many_streams_at_once_share_few_buffers) {
    constexpr int connections = 200;
    std::vector<std::unique_ptr<recorded_receiver>> streams;
    std::vector<descriptor> writers, readers;
    for (int i = 0; i < connections; ++i) {
        make_pair(writers.emplace_back(), readers.emplace_back());
        auto& in = streams.emplace_back(std::make_unique<recorded_receiver>());
        in->set_receive_stream(readers.back().get());
        r->prepare(*in);
    }
    settle();
    std::string text(60'000, 0);
    for (size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>(i * 7 + i / 251);
    }
    for (auto& fd : writers) {
        ASSERT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    for (auto& in : streams) {
        run_until([&] { return in->data.size() == text.size(); });
        EXPECT_TRUE(in->data == text);
        EXPECT_TRUE(in->busy());
        r->cancel(*in);
    }
    for (auto& in : streams) {
        EXPECT_EQ(finish(*in), -ECANCELED);
    }
    for (auto& fd : readers) {
        close(fd);
    }
}

TEST_P(ring_stream_test, a_flooding_peer_does_not_keep_others_from_their_turn) {
    descriptor flood_in, flood_out, quiet_in, quiet_out;
    make_connection(flood_out, flood_in);
    make_connection(quiet_out, quiet_in);
    recorded_receiver flood, quiet;
    flood.set_receive_stream(flood_in.get());
    quiet.set_receive_stream(quiet_in.get());
    std::string block(1 << 20, 'f');
    ASSERT_GT(::write(flood_out.get(), block.data(), block.size()), 0);
    ASSERT_EQ(::write(quiet_out.get(), "q", 1), 1);
    r->prepare(flood);
    r->prepare(quiet);
    for (int turn = 0; turn < 4; ++turn) {
        r->poll();
        ASSERT_LE(flood.data.size(), size_t(turn + 1) * (4 << 20));
        [[maybe_unused]] ssize_t more = ::write(flood_out.get(), block.data(), block.size());
    }
    EXPECT_EQ(quiet.data, "q");
    r->cancel(flood);
    r->cancel(quiet);
    EXPECT_EQ(finish(flood), -ECANCELED);
    EXPECT_EQ(finish(quiet), -ECANCELED);
}

TEST_P(ring_stream_test, streams_from_pipes_too) {
    for (bool blocking : {false, true}) {
        descriptor in, out;
        ASSERT_EQ(open_pipe(in, out), 0);
        ASSERT_EQ(set_nonblocking(in.get(), !blocking), 0);
        recorded_receiver stream;
        stream.set_receive_stream(in.get());
        r->prepare(stream);
        settle();
        std::string text;
        for (int i = 0; i < 20; ++i) {
            std::string piece(static_cast<size_t>(i) * 500 + 1, static_cast<char>('a' + i));
            ASSERT_EQ(::write(out.get(), piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
            text += piece;
            run_until([&] { return stream.data.size() == text.size(); });
        }
        EXPECT_TRUE(stream.data == text);
        r->cancel(stream);
        EXPECT_EQ(finish(stream), -ECANCELED);
        stream.set_receive_stream(in.get());
        r->prepare(stream);
        settle();
        ::close(out.release());
        EXPECT_EQ(finish(stream), 0);
        close(in);
    }
}

TEST_P(ring_stream_test, accepts_many_connections) {
    endpoint at;
    descriptor listener = make_listener(at, 512);
    recorded_acceptor accepting;
    accepting.set_accept_stream(listener.get());
    r->prepare(accepting);
    std::vector<descriptor> clients;
    for (int i = 0; i < 200; ++i) {
        clients.push_back(connect_plainly(at));
    }
    run_until([&] { return accepting.fds.size() == clients.size(); });
    for (int fd : accepting.fds) {
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
        EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC);
    }
    r->cancel(accepting);
    EXPECT_EQ(finish(accepting), -ECANCELED);
    EXPECT_EQ(accepting.completions, 1);
    close(listener);
}

TEST_P(ring_stream_test, accepting_survives_connections_that_are_gone_already) {
    endpoint at;
    descriptor listener = make_listener(at);
    for (int i = 0; i < 50; ++i) {
        descriptor client = connect_plainly(at);
        set_reset_on_close(client.get());
    }
    recorded_acceptor accepting;
    accepting.set_accept_stream(listener.get());
    r->prepare(accepting);
    descriptor last = connect_plainly(at);
    run_until([&] { return accepting.fds.size() == 51; });
    EXPECT_TRUE(accepting.busy());
    r->cancel(accepting);
    EXPECT_EQ(finish(accepting), -ECANCELED);
    close(listener);
}

TEST_P(ring_stream_test, accepting_stops_when_descriptors_run_out_and_goes_on_when_asked_again) {
    endpoint at;
    descriptor listener = make_listener(at);
    descriptor clients[3] = {connect_plainly(at), connect_plainly(at), connect_plainly(at)};
    rlimit old;
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
    rlimit tight = old;
    tight.rlim_cur = 0; // what is open stays open
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    recorded_acceptor accepting;
    accepting.set_accept_stream(listener.get());
    r->prepare(accepting);
    run_until([&] { return !accepting.busy(); });
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
    EXPECT_EQ(accepting.result, -EMFILE);
    EXPECT_EQ(accepting.completions, 1);
    accepting.set_accept_stream(listener.get());
    r->prepare(accepting);
    run_until([&] { return accepting.fds.size() == 3; });
    r->cancel(accepting);
    EXPECT_EQ(finish(accepting), -ECANCELED);
    close(listener);
}

TEST_P(ring_stream_test, a_port_is_free_again_at_once_when_its_listener_is_closed) {
    endpoint at;
    descriptor listener = make_listener(at);
    recorded_acceptor accepting;
    for (int i = 0; i < 50; ++i) {
        accepting.set_accept_stream(listener.get());
        r->prepare(accepting);
        settle();
        r->cancel(accepting);
        ASSERT_EQ(finish(accepting), -ECANCELED);
        close(listener);
        listener.reset(open_socket(AF_INET, SOCK_STREAM));
        ASSERT_EQ(bind_socket(listener.get(), at.address(), at.length), 0) << i;
        ASSERT_EQ(listen_socket(listener.get(), 16), 0);
    }
}

TEST_P(ring_stream_test, a_port_is_free_again_at_once_when_its_process_is_killed) {
    for (int i = 0; i < 10; ++i) {
        endpoint at;
        descriptor listener = make_listener(at);
        descriptor parent, child;
        make_pair(parent, child);
        pid_t pid = ::fork();
        ASSERT_GE(pid, 0);
        if (pid == 0) {
            int error;
            auto own = make_ring(GetParam(), error);
            recorded_acceptor accepting;
            accepting.set_accept_stream(listener.get());
            recorded sending;
            one_piece_message ready("r", 1);
            sending.set_send(child.get(), &ready.header);
            own->prepare(accepting);
            own->prepare(sending);
            for (;;) {
                own->wait(never);
            }
        }
        listener.reset();
        child.reset();
        char c;
        recorded receiving;
        receiving.set_receive(parent.get(), &c, 1);
        EXPECT_EQ(carry_out(receiving), 1);
        close(parent);
        ::kill(pid, SIGKILL);
        ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
        listener.reset(open_socket(AF_INET, SOCK_STREAM));
        EXPECT_EQ(bind_socket(listener.get(), at.address(), at.length), 0) << i;
    }
}

TEST_P(ring_stream_test, a_steady_exchange_costs_few_calls) {
    descriptor a, b;
    make_connection(a, b);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    r->prepare(in);
    settle();
    recorded out;
    one_piece_message message("0123456789", 10);
    ring_counters before = r->counters();
    constexpr size_t rounds = 1000;
    for (size_t i = 1; i <= rounds; ++i) {
        out.set_send(a.get(), &message.header);
        r->prepare(out);
        run_until([&] { return in.data.size() == i * 10 && !out.busy(); });
    }
    ring_counters after = r->counters();
    uint64_t expected = GetParam() == backend::io_uring ? 2 : 3;
    EXPECT_LE(after.syscalls - before.syscalls, rounds * expected + 10);
    EXPECT_EQ(after.receives - before.receives, rounds);
    r->cancel(in);
    finish(in);
}

}
}
