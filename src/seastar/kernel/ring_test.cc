// The conformance suite of rings, part one: each opcode, its ends and its cancellation. Streams and accepting:
// ring_stream_test.cc; sleeping and waking: ring_wait_test.cc.
#include "ring_fixture.hh"
#include "rlimit.hh"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

namespace seastar::kernel {
namespace {

class ring_operation_test : public ring_test {};
INSTANTIATE_TEST_SUITE_P(on, ring_operation_test, testing::Values(backend::io_uring, backend::epoll), backend_name);

/// Fills the buffers of a socket or pipe from outside the ring.
size_t fill(int fd) {
    std::string block(4096, 'f');
    size_t total = 0;
    for (size_t size : {size_t(4096), size_t(1)}) {
        for (ssize_t n; (n = ::write(fd, block.data(), size)) > 0; total += n) {
        }
    }
    return total;
}

size_t drain(int fd) {
    char block[65536];
    size_t total = 0;
    for (ssize_t n; (n = ::read(fd, block, sizeof(block))) > 0; total += n) {
    }
    return total;
}

TEST_P(ring_operation_test, names_itself_as_the_option_does) {
    EXPECT_STREQ(r->name(), GetParam() == backend::io_uring ? "io_uring" : "epoll");
}

TEST_P(ring_operation_test, completes_nothing_from_prepare_or_cancel) {
    descriptor a, b;
    make_pair(a, b);
    one_piece_message hello("hello", 5);
    recorded op;
    op.set_send(a.get(), &hello.header);
    r->prepare(op);
    EXPECT_TRUE(op.busy());
    EXPECT_EQ(op.completions, 0);
    r->cancel(op);
    EXPECT_TRUE(op.busy());
    EXPECT_EQ(op.completions, 0);
    EXPECT_EQ(finish(op), -ECANCELED);
    EXPECT_EQ(op.completions, 1);
    EXPECT_EQ(drain(b.get()), 0u);
}

TEST_P(ring_operation_test, receives_what_is_there_and_what_comes_later) {
    descriptor a, b;
    make_connection(a, b);
    ASSERT_EQ(::write(a.get(), "one", 3), 3);
    char buffer[16];
    recorded op;
    op.set_receive(b.get(), buffer, sizeof(buffer));
    EXPECT_EQ(carry_out(op), 3);
    EXPECT_EQ(std::string(buffer, 3), "one");

    op.set_receive(b.get(), buffer, sizeof(buffer));
    r->prepare(op);
    settle();
    EXPECT_TRUE(op.busy());
    ASSERT_EQ(::write(a.get(), "four", 4), 4);
    EXPECT_EQ(finish(op), 4);
    EXPECT_EQ(op.completions, 2);
}

TEST_P(ring_operation_test, receives_in_pieces_when_the_buffer_is_small) {
    descriptor a, b;
    make_connection(a, b);
    ASSERT_EQ(::write(a.get(), "abcdefg", 7), 7);
    std::string got;
    char c[2];
    recorded op;
    while (got.size() < 7) {
        op.set_receive(b.get(), c, sizeof(c));
        int32_t n = carry_out(op);
        ASSERT_GT(n, 0);
        got.append(c, static_cast<size_t>(n));
    }
    EXPECT_EQ(got, "abcdefg");
}

TEST_P(ring_operation_test, receive_of_datagrams_gets_one_after_the_other) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    descriptor a(ends[0]), b(ends[1]);
    char buffer[64];
    recorded op;
    op.set_receive(b.get(), buffer, sizeof(buffer));
    r->prepare(op);
    settle();
    for (const char* text : {"a", "bc", "def"}) {
        ASSERT_EQ(::write(a.get(), text, strlen(text)), static_cast<ssize_t>(strlen(text)));
    }
    EXPECT_EQ(finish(op), 1);
    for (int expected : {2, 3}) {
        op.set_receive(b.get(), buffer, sizeof(buffer));
        EXPECT_EQ(carry_out(op), expected);
    }
}

TEST_P(ring_operation_test, receive_tells_the_end_of_the_stream_again_and_again) {
    descriptor a, b;
    make_connection(a, b);
    ASSERT_EQ(::write(a.get(), "x", 1), 1);
    ASSERT_EQ(shutdown_socket(a.get(), SHUT_WR), 0);
    char buffer[16];
    recorded op;
    for (int expected : {1, 0, 0}) {
        op.set_receive(b.get(), buffer, sizeof(buffer));
        EXPECT_EQ(carry_out(op), expected);
    }
    // Half-closed: the other direction still works.
    one_piece_message reply("reply", 5);
    op.set_send(b.get(), &reply.header);
    EXPECT_EQ(carry_out(op), 5);
    op.set_receive(a.get(), buffer, sizeof(buffer));
    EXPECT_EQ(carry_out(op), 5);
}

TEST_P(ring_operation_test, receive_and_send_report_a_reset) {
    descriptor a, b;
    make_connection(a, b);
    char buffer[16];
    recorded receiving;
    receiving.set_receive(b.get(), buffer, sizeof(buffer));
    r->prepare(receiving);
    settle();
    ASSERT_EQ(set_reset_on_close(a.get()), 0);
    close(a);
    EXPECT_EQ(finish(receiving), -ECONNRESET);
    one_piece_message lost("x", 1);
    recorded sending;
    sending.set_send(b.get(), &lost.header);
    EXPECT_EQ(carry_out(sending), -EPIPE); // and no SIGPIPE
}

TEST_P(ring_operation_test, operations_on_what_is_not_open_fail) {
    char c;
    one_piece_message message("x", 1);
    recorded op;
    op.set_receive(-1, &c, 1);
    EXPECT_EQ(carry_out(op), -EBADF);
    op.set_send(1 << 19, &message.header);
    EXPECT_EQ(carry_out(op), -EBADF);
    op.set_poll(1 << 19, POLLIN);
    EXPECT_EQ(carry_out(op), -EBADF);
    recorded_receiver stream;
    stream.set_receive_stream(1 << 19);
    EXPECT_EQ(carry_out(stream), -EBADF);
    recorded_acceptor accepting;
    accepting.set_accept_stream(-1);
    EXPECT_EQ(carry_out(accepting), -EBADF);
}

TEST_P(ring_operation_test, sends_many_pieces_as_one_message) {
    descriptor a, b;
    make_pair(a, b);
    iovec pieces[3] = {{const_cast<char*>("ab"), 2}, {const_cast<char*>(""), 0}, {const_cast<char*>("cde"), 3}};
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 3;
    recorded op;
    op.set_send(a.get(), &message);
    EXPECT_EQ(carry_out(op), 5);
    char buffer[16];
    op.set_receive(b.get(), buffer, sizeof(buffer));
    EXPECT_EQ(carry_out(op), 5);
    EXPECT_EQ(std::string(buffer, 5), "abcde");
}

TEST_P(ring_operation_test, a_send_into_full_buffers_takes_part_or_waits_for_room) {
    descriptor a, b;
    make_connection(a, b);
    std::string text(16 << 20, 's');
    for (size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>(i * 31 + i / 977);
    }
    recorded_receiver reading;
    reading.set_receive_stream(b.get());
    size_t sent = 0;
    int calls = 0;
    recorded op;
    while (sent < text.size()) {
        one_piece_message rest(text.data() + sent, text.size() - sent);
        op.set_send(a.get(), &rest.header);
        r->prepare(op);
        settle();
        if (!reading.busy() && op.busy()) {
            r->prepare(reading); // only now is there a reader: the buffers were full
        }
        int32_t n = finish(op);
        ASSERT_GT(n, 0);
        sent += static_cast<size_t>(n);
        ++calls;
    }
    EXPECT_GT(calls, 1);
    run_until([&] { return reading.data.size() == text.size(); });
    EXPECT_TRUE(reading.data == text);
    r->cancel(reading);
    EXPECT_EQ(finish(reading), -ECANCELED);
}

TEST_P(ring_operation_test, takes_a_part_of_a_piece_whose_size_needs_more_than_32_bits) {
    descriptor a, b;
    make_connection(a, b);
    const size_t size = size_t(1) << 32;
    void* zeros = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(zeros, MAP_FAILED);
    one_piece_message message(zeros, size);
    recorded op;
    op.set_send(a.get(), &message.header);
    EXPECT_GT(carry_out(op), 0);
    EXPECT_EQ(::munmap(zeros, size), 0);
}

TEST_P(ring_operation_test, a_send_that_waits_can_be_cancelled) {
    descriptor a, b;
    make_connection(a, b);
    fill(a.get());
    one_piece_message message("x", 1);
    recorded op;
    op.set_send(a.get(), &message.header);
    r->prepare(op);
    settle();
    ASSERT_TRUE(op.busy());
    r->cancel(op);
    r->cancel(op); // once more changes nothing
    EXPECT_EQ(finish(op), -ECANCELED);
    EXPECT_EQ(op.completions, 1);
}

TEST_P(ring_operation_test, receives_and_sends_on_one_descriptor_at_once) {
    descriptor a, b;
    make_connection(a, b);
    fill(b.get());
    char buffer[16];
    one_piece_message message("late", 4);
    recorded receiving, sending, polling;
    receiving.set_receive(b.get(), buffer, sizeof(buffer));
    sending.set_send(b.get(), &message.header);
    polling.set_poll(b.get(), POLLIN);
    for (auto* op : {&receiving, &sending, &polling}) {
        r->prepare(*op);
    }
    settle();
    EXPECT_TRUE(receiving.busy() && sending.busy() && polling.busy());
    ASSERT_EQ(::write(a.get(), "in", 2), 2);
    EXPECT_EQ(finish(receiving), 2);
    EXPECT_EQ(finish(polling), POLLIN);
    EXPECT_TRUE(sending.busy());
    run_until([&] {
        drain(a.get());
        return !sending.busy();
    });
    EXPECT_EQ(sending.result, 4);
}

TEST_P(ring_operation_test, connects_and_reports_a_refusal) {
    endpoint at;
    descriptor listener = make_listener(at);
    descriptor client(open_socket(AF_INET, SOCK_STREAM));
    recorded op;
    op.set_connect(client.get(), at.address(), at.length);
    EXPECT_EQ(carry_out(op), 0);
    close(client);
    close(listener);
    client.reset(open_socket(AF_INET, SOCK_STREAM));
    op.set_connect(client.get(), at.address(), at.length);
    EXPECT_EQ(carry_out(op), -ECONNREFUSED);
}

TEST_P(ring_operation_test, a_connect_that_nobody_answers_can_be_cancelled) {
    // A listener whose queue is full drops further handshakes, so they stay open.
    endpoint at;
    descriptor listener = make_listener(at, 0);
    std::vector<descriptor> clients;
    std::vector<std::unique_ptr<recorded>> connects;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back(open_socket(AF_INET, SOCK_STREAM));
        auto& op = connects.emplace_back(std::make_unique<recorded>());
        op->set_connect(clients.back().get(), at.address(), at.length);
        r->prepare(*op);
    }
    settle();
    ASSERT_TRUE(connects.back()->busy());
    for (auto& op : connects) {
        r->cancel(*op);
    }
    for (auto& op : connects) {
        int32_t result = finish(*op);
        EXPECT_TRUE(result == 0 || result == -ECANCELED) << result;
        EXPECT_EQ(op->completions, 1);
    }
    EXPECT_EQ(connects.back()->result, -ECANCELED);
    for (auto& fd : clients) {
        close(fd);
    }
}

TEST_P(ring_operation_test, polls_pipes_at_both_ends) {
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    recorded readable, writable;
    writable.set_poll(out.get(), POLLOUT);
    EXPECT_EQ(carry_out(writable), POLLOUT);
    readable.set_poll(in.get(), POLLIN);
    r->prepare(readable);
    settle();
    EXPECT_TRUE(readable.busy());
    ASSERT_EQ(::write(out.get(), "x", 1), 1);
    EXPECT_EQ(finish(readable), POLLIN);
    // Level, not edge: it is still there.
    readable.set_poll(in.get(), POLLIN);
    EXPECT_EQ(carry_out(readable), POLLIN);
    EXPECT_EQ(drain(in.get()), 1u);
    readable.set_poll(in.get(), POLLIN);
    r->prepare(readable);
    settle();
    EXPECT_TRUE(readable.busy());
    close(out);
    EXPECT_EQ(finish(readable), POLLHUP);
    close(in);
}

TEST_P(ring_operation_test, a_poll_can_be_cancelled_before_and_after_the_kernel_has_it) {
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    recorded op;
    op.set_poll(in.get(), POLLIN);
    r->prepare(op);
    r->cancel(op);
    EXPECT_EQ(finish(op), -ECANCELED);
    op.set_poll(in.get(), POLLIN);
    r->prepare(op);
    settle();
    r->cancel(op);
    EXPECT_EQ(finish(op), -ECANCELED);
    // Ready and cancelled: one of the two, once.
    op.completions = 0;
    op.set_poll(in.get(), POLLIN);
    r->prepare(op);
    settle();
    ASSERT_EQ(::write(out.get(), "x", 1), 1);
    r->cancel(op);
    int32_t result = finish(op);
    EXPECT_TRUE(result == POLLIN || result == -ECANCELED) << result;
    EXPECT_EQ(op.completions, 1);
}

TEST_P(ring_operation_test, cancelling_what_is_idle_does_nothing) {
    recorded op;
    r->cancel(op);
    settle();
    EXPECT_EQ(op.completions, 0);
}

TEST_P(ring_operation_test, an_operation_cancelled_and_prepared_again_is_not_hit_twice) {
    descriptor a, b;
    make_pair(a, b);
    char buffer[4];
    struct again_operation final : operation {
        ring* r;
        int rounds = 0;
        int32_t result = 0;
        int fd;
        char* to;
        void complete(int32_t n) noexcept override {
            result = n;
            if (++rounds == 1) {
                r->cancel(*this); // idle: no effect
                set_receive(fd, to, 4);
                r->prepare(*this);
            }
        }
    } op;
    op.r = r.get();
    op.fd = a.get();
    op.to = buffer;
    op.set_receive(a.get(), buffer, 4);
    r->prepare(op);
    settle();
    r->cancel(op);
    run_until([&] { return op.rounds == 1; });
    EXPECT_EQ(op.result, -ECANCELED);
    settle();
    ASSERT_TRUE(op.busy());
    ASSERT_EQ(::write(b.get(), "go", 2), 2);
    EXPECT_EQ(finish(op), 2);
}

TEST_P(ring_operation_test, reads_and_writes_files_at_offsets) {
    char path[] = "/tmp/seastar_ring_test_XXXXXX";
    descriptor file(::mkostemp(path, O_CLOEXEC));
    ASSERT_TRUE(file);
    ::unlink(path);
    recorded op;
    op.set_write(file.get(), "0123456789", 10, 0);
    EXPECT_EQ(carry_out(op), 10);
    op.set_write(file.get(), "xy", 2, 4);
    EXPECT_EQ(carry_out(op), 2);
    char buffer[32];
    op.set_read(file.get(), buffer, sizeof(buffer), 3);
    EXPECT_EQ(carry_out(op), 7);
    EXPECT_EQ(std::string(buffer, 7), "3xy6789");
    op.set_read(file.get(), buffer, sizeof(buffer), 100);
    EXPECT_EQ(carry_out(op), 0);
    op.set_poll(file.get(), POLLIN);
    EXPECT_EQ(carry_out(op) & POLLIN, POLLIN); // files are always ready
    op.set_read(file.get(), buffer, 4, -1);    // the current position is still 0
    EXPECT_EQ(carry_out(op), 4);
    op.set_read(file.get(), buffer, 4, -1);
    EXPECT_EQ(carry_out(op), 4);
    EXPECT_EQ(std::string(buffer, 4), "xy67");
    recorded_receiver stream;
    stream.set_receive_stream(file.get());
    EXPECT_EQ(carry_out(stream), 0);
    EXPECT_EQ(stream.data, "89");
}

TEST_P(ring_operation_test, reads_and_writes_pipes_that_block_and_that_do_not) {
    for (bool blocking : {false, true}) {
        SCOPED_TRACE(blocking ? "blocking" : "non-blocking");
        descriptor in, out;
        ASSERT_EQ(open_pipe(in, out), 0);
        size_t filled = fill(out.get());
        ASSERT_EQ(set_nonblocking(in.get(), !blocking), 0);
        ASSERT_EQ(set_nonblocking(out.get(), !blocking), 0);
        recorded writing, reading;
        writing.set_write(out.get(), "tail", 4, -1);
        r->prepare(writing);
        settle();
        EXPECT_TRUE(writing.busy());
        std::string got;
        char buffer[8192];
        while (got.size() < filled + 4) {
            reading.set_read(in.get(), buffer, sizeof(buffer), -1);
            int32_t n = carry_out(reading);
            ASSERT_GT(n, 0);
            got.append(buffer, static_cast<size_t>(n));
        }
        EXPECT_EQ(finish(writing), 4);
        EXPECT_EQ(got.substr(filled), "tail");
        // Empty: it waits, and other operations go on meanwhile.
        reading.set_read(in.get(), buffer, sizeof(buffer), -1);
        r->prepare(reading);
        settle();
        EXPECT_TRUE(reading.busy());
        writing.set_write(out.get(), "more", 4, -1);
        EXPECT_EQ(carry_out(writing), 4);
        EXPECT_EQ(finish(reading), 4);
        reading.set_read(in.get(), buffer, sizeof(buffer), -1);
        r->prepare(reading);
        settle();
        r->cancel(reading);
        int32_t result = finish(reading);
        EXPECT_EQ(result, -ECANCELED);
        reading.set_read(in.get(), buffer, sizeof(buffer), -1);
        r->prepare(reading);
        settle();
        close(out);
        EXPECT_EQ(finish(reading), 0);
        close(in);
    }
}

TEST_P(ring_operation_test, receive_and_send_work_on_what_is_no_socket) {
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    char buffer[16];
    recorded receiving, sending;
    receiving.set_receive(in.get(), buffer, sizeof(buffer));
    r->prepare(receiving);
    settle();
    EXPECT_TRUE(receiving.busy());
    one_piece_message message("pipe", 4);
    sending.set_send(out.get(), &message.header);
    EXPECT_EQ(carry_out(sending), 4);
    EXPECT_EQ(finish(receiving), 4);

    int event = open_eventfd();
    descriptor counter(event);
    uint64_t value = 0;
    receiving.set_receive(event, &value, sizeof(value));
    r->prepare(receiving);
    settle();
    EXPECT_TRUE(receiving.busy());
    signal_eventfd(event);
    EXPECT_EQ(finish(receiving), 8);
    EXPECT_EQ(value, 1u);
}

TEST_P(ring_operation_test, a_descriptor_used_again_after_close_starts_afresh) {
    for (int round = 0; round < 50; ++round) {
        descriptor a, b;
        make_pair(a, b);
        recorded op, neighbour;
        char buffer[8];
        // Leaves an event behind for a: readable, and never looked at.
        op.set_receive(a.get(), buffer, sizeof(buffer));
        r->prepare(op);
        settle();
        r->cancel(op);
        ASSERT_EQ(finish(op), -ECANCELED);
        ASSERT_EQ(::write(b.get(), "old", 3), 3);
        int number = a.get();
        close(a);
        close(b);
        make_pair(a, b);
        ASSERT_TRUE(a.get() == number || b.get() == number);
        descriptor& same = a.get() == number ? a : b;
        op.set_receive(same.get(), buffer, sizeof(buffer));
        r->prepare(op);
        settle();
        EXPECT_TRUE(op.busy());
        ASSERT_EQ(::write((&same == &a ? b : a).get(), "new", 3), 3);
        ASSERT_EQ(finish(op), 3);
        EXPECT_EQ(std::string(buffer, 3), "new");
        close(a);
        close(b);
    }
}

TEST_P(ring_operation_test, a_callback_may_close_a_descriptor_whose_event_is_still_to_come) {
    // Two sockets become readable in one turn; whichever is served first closes the other and opens a new one, which
    // takes its number. The event of the closed one must not reach the operation on the new one.
    struct closing_receiver final : receiver {
        std::function<void()> then;
        int32_t result = INT32_MIN;
        void received(const char*, size_t) noexcept override { then(); }
        void complete(int32_t n) noexcept override { result = n; }
    };
    for (int round = 0; round < 20; ++round) {
        descriptor far[2], near[2], fresh_far, fresh_near;
        make_pair(far[0], near[0]);
        make_pair(far[1], near[1]);
        closing_receiver ops[2];
        recorded fresh;
        char buffer[8];
        bool swapped = false;
        for (int i : {0, 1}) {
            ops[i].then = [&, i] {
                r->cancel(ops[i]);
                if (std::exchange(swapped, true)) {
                    return;
                }
                r->cancel(ops[1 - i]);
            };
            ops[i].set_receive_stream(near[i].get());
            r->prepare(ops[i]);
        }
        settle();
        ASSERT_EQ(::write(far[0].get(), "x", 1), 1);
        ASSERT_EQ(::write(far[1].get(), "x", 1), 1);
        run_until([&] { return !ops[0].busy() && !ops[1].busy(); });
        EXPECT_EQ(ops[0].result, -ECANCELED);
        EXPECT_EQ(ops[1].result, -ECANCELED);
        for (auto* fd : {&near[0], &near[1]}) {
            close(*fd);
        }
        make_pair(fresh_far, fresh_near);
        fresh.set_receive(fresh_near.get(), buffer, sizeof(buffer));
        r->prepare(fresh);
        settle();
        EXPECT_TRUE(fresh.busy());
        ASSERT_EQ(::write(fresh_far.get(), "ok", 2), 2);
        EXPECT_EQ(finish(fresh), 2);
        close(fresh_near);
    }
}

TEST_P(ring_operation_test, takes_more_operations_in_a_turn_than_its_queue_has_room_for) {
    constexpr int count = 3000;
    if (raise_descriptor_limit() < count + 100) {
        GTEST_SKIP() << "too few descriptors";
    }
    std::vector<descriptor> fds;
    std::vector<std::unique_ptr<recorded>> ops;
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    for (int i = 0; i < count; ++i) {
        int copy = ::fcntl(in.get(), F_DUPFD_CLOEXEC, 0);
        ASSERT_GE(copy, 0);
        fds.emplace_back(copy);
        auto& op = ops.emplace_back(std::make_unique<recorded>());
        op->set_poll(copy, POLLIN);
        r->prepare(*op);
    }
    settle();
    for (int i = 0; i < count; i += 2) {
        r->cancel(*ops[static_cast<size_t>(i)]);
    }
    for (int i = 0; i < count; i += 2) {
        ASSERT_EQ(finish(*ops[static_cast<size_t>(i)]), -ECANCELED);
    }
    ASSERT_EQ(::write(out.get(), "x", 1), 1); // more completions at once than the completion queue has room for
    for (int i = 1; i < count; i += 2) {
        ASSERT_EQ(finish(*ops[static_cast<size_t>(i)]), POLLIN);
    }
    for (auto& op : ops) {
        EXPECT_EQ(op->completions, 1);
    }
    for (auto& fd : fds) {
        close(fd);
    }
}

TEST_P(ring_operation_test, rings_are_made_and_unmade_without_leaving_descriptors) {
    auto lowest_free = [] {
        descriptor probe(open_eventfd());
        return probe.get();
    };
    int before = lowest_free();
    for (int i = 0; i < 20; ++i) {
        int error;
        auto other = make_ring(GetParam(), error);
        if (error == -ENOMEM && ::geteuid() != 0) {
            GTEST_SKIP() << "too little locked memory";
        }
        ASSERT_TRUE(other) << error;
        descriptor in, out;
        ASSERT_EQ(open_pipe(in, out), 0);
        recorded op;
        op.set_poll(in.get(), POLLIN);
        other->prepare(op);
        other->poll();
        other->cancel(op);
        while (op.busy()) {
            other->wait(never);
        }
        other->close(in.release());
    }
    EXPECT_EQ(lowest_free(), before);
}

TEST_P(ring_operation_test, counts_what_it_does) {
    descriptor a, b;
    make_connection(a, b);
    ring_counters before = r->counters();
    one_piece_message message("x", 1);
    recorded op;
    char c;
    op.set_send(a.get(), &message.header);
    EXPECT_EQ(carry_out(op), 1);
    op.set_receive(b.get(), &c, 1);
    EXPECT_EQ(carry_out(op), 1);
    ring_counters after = r->counters();
    EXPECT_EQ(after.sends - before.sends, 1u);
    EXPECT_EQ(after.receives - before.receives, 1u);
    EXPECT_GT(after.syscalls, before.syscalls);
    EXPECT_LE(after.syscalls - before.syscalls, 8u);
}

}
}
