// The simulated network, through its ring: one shard, no threads but the test's.
#include "sim_ring.hh"
#include "world.hh"

#include "kernel/ring_fixture.hh"

#include <gtest/gtest.h>

#include <poll.h>

namespace seastar::kernel::sim {
namespace {

class sim_network_test : public testing::Test, protected ring_driver {
protected:
    explicit sim_network_test(options o = {}) : w(o), scope(&w) {
        w.begin_program(1);
        w.begin_shard(0);
        int error;
        r = w.make_ring(error);
    }
    ~sim_network_test() override {
        r.reset();
        w.end_shard();
    }

    void send(int fd, std::string_view text) {
        while (!text.empty()) {
            one_piece_message message(text.data(), text.size());
            recorded op;
            op.set_send(fd, &message.header);
            int32_t sent = carry_out(op);
            ASSERT_GT(sent, 0);
            text.remove_prefix(static_cast<size_t>(sent));
        }
    }
    std::string receive_all(int fd) {
        recorded_receiver op;
        op.set_receive_stream(fd);
        EXPECT_EQ(carry_out(op), 0);
        return op.data;
    }

    world w;
    substitute_scope scope;
};

TEST_F(sim_network_test, bytes_arrive_in_order_and_then_the_end) {
    int a = -1, b = -1;
    ASSERT_EQ(connect(a, b), 0);
    send(a, "hello, ");
    send(a, std::string(10'000, 'x'));
    EXPECT_EQ(shutdown_socket(a, SHUT_WR), 0);
    EXPECT_EQ(receive_all(b), "hello, " + std::string(10'000, 'x'));
    send(b, "back");
    r->close(b);
    EXPECT_EQ(receive_all(a), "back");
    r->close(a);
}

TEST_F(sim_network_test, time_passes_by_what_happens_and_not_by_waiting) {
    auto began = r->now();
    r->wait(began + 3'600'000'000'000);
    EXPECT_GE(r->now(), began + 3'600'000'000'000);
    EXPECT_LT(r->now(), began + 3'601'000'000'000);
    r->wake();
    r->wait(never);
    EXPECT_LT(r->now(), began + 3'601'000'000'000);
}

TEST_F(sim_network_test, a_connection_to_nobody_is_refused) {
    endpoint at;
    r->close(listen(at, 16));
    int fd = open_socket(AF_INET, SOCK_STREAM);
    recorded connecting;
    connecting.set_connect(fd, at.address(), at.length);
    EXPECT_EQ(carry_out(connecting), -ECONNREFUSED);
    r->close(fd);
}

TEST_F(sim_network_test, a_full_window_holds_up_the_sender_until_the_peer_reads) {
    int a = -1, b = -1;
    ASSERT_EQ(connect(a, b), 0);
    std::string much(1 << 20, 'y');
    one_piece_message message(much.data(), much.size());
    recorded sending;
    sending.set_send(a, &message.header);
    size_t sent = 0;
    recorded_receiver receiving;
    receiving.set_receive_stream(b);
    r->prepare(receiving);
    while (sent < much.size()) {
        sent += static_cast<size_t>(carry_out(sending));
        message.piece.iov_len = much.size() - sent;
    }
    EXPECT_GE(sent, receiving.data.size());
    EXPECT_EQ(shutdown_socket(a, SHUT_WR), 0);
    EXPECT_EQ(finish(receiving), 0);
    EXPECT_EQ(receiving.data.size(), much.size());
    r->close(a);
    r->close(b);
}

TEST_F(sim_network_test, what_nobody_will_read_is_refused) {
    int a = -1, b = -1;
    ASSERT_EQ(connect(a, b), 0);
    send(a, "unread");
    recorded readable;
    readable.set_poll(b, POLLIN);
    EXPECT_TRUE(carry_out(readable) & POLLIN);
    r->close(b);
    recorded_receiver op;
    op.set_receive_stream(a);
    EXPECT_EQ(carry_out(op), -ECONNRESET);
    r->close(a);
}

TEST_F(sim_network_test, a_port_with_a_listener_is_taken_and_a_descriptor_comes_back) {
    endpoint at;
    int first = listen(at, 16);
    int second = open_socket(AF_INET, SOCK_STREAM);
    EXPECT_EQ(bind_socket(second, at.address(), at.length), -EADDRINUSE);
    r->close(first);
    EXPECT_EQ(bind_socket(second, at.address(), at.length), 0);
    EXPECT_EQ(open_socket(AF_INET, SOCK_STREAM), first);
    r->close(first);
    r->close(second);
}

TEST_F(sim_network_test, a_wait_that_nothing_ends_is_told) {
    EXPECT_EXIT(r->wait(never), testing::ExitedWithCode(3), "seed 0.*nothing will wake them");
}

class sim_resets_test : public sim_network_test {
    static options with_resets() {
        options o;
        o.resets = 1000;
        return o;
    }

protected:
    sim_resets_test() : sim_network_test(with_resets()) {}
};

TEST_F(sim_resets_test, both_ends_find_a_reset) {
    int a = -1, b = -1;
    connect(a, b); // may be reset already
    recorded_receiver one, other;
    one.set_receive_stream(a);
    other.set_receive_stream(b);
    r->prepare(one);
    EXPECT_EQ(carry_out(other), -ECONNRESET);
    EXPECT_TRUE(finish(one) == -ECONNRESET || one.result == -ENOTCONN); // the latter: before it was connected
    r->close(a);
    r->close(b);
}

}
}
