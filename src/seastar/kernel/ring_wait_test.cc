// The conformance suite of rings, part three: sleeping, deadlines and wake-ups from other threads.
#include "ring_fixture.hh"

#include "clock.hh"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace seastar::kernel {
namespace {

class ring_wait_test : public ring_test {};
INSTANTIATE_TEST_SUITE_P(on, ring_wait_test, testing::Values(backend::io_uring, backend::epoll), backend_name);

TEST_P(ring_wait_test, now_is_the_monotonic_clock) {
    nanoseconds before = monotonic_now();
    nanoseconds between = r->now();
    EXPECT_LE(before, between);
    EXPECT_LE(between, monotonic_now());
}

TEST_P(ring_wait_test, sleeps_until_the_deadline_and_not_much_longer) {
    nanoseconds best = second;
    for (nanoseconds length : {100'000, 1'000'000, 1'500'000, 10'000'000}) {
        best = second;
        for (int i = 0; i < 10; ++i) {
            nanoseconds deadline = r->now() + length;
            while (r->now() < deadline) { // it may return early, but not stay early
                r->wait(deadline);
            }
            best = std::min(best, r->now() - deadline);
        }
        EXPECT_LT(best, ms) << length; // the best of ten: the machine is shared
    }
    EXPECT_LE(r->counters().waits, 120u);
}

TEST_P(ring_wait_test, a_deadline_in_the_past_does_not_sleep) {
    nanoseconds start = r->now();
    r->wait(start);
    r->wait(start - second);
    r->wait(0);
    EXPECT_LT(r->now() - start, second);
}

TEST_P(ring_wait_test, sleeping_uses_no_cpu) {
    nanoseconds cpu = thread_cpu_now();
    nanoseconds deadline = r->now() + 200 * ms;
    while (r->now() < deadline) {
        r->wait(deadline);
    }
    EXPECT_LT(thread_cpu_now() - cpu, 20 * ms);
}

TEST_P(ring_wait_test, a_wake_before_the_wait_counts) {
    for (int i = 0; i < 100; ++i) {
        r->wake();
        r->wake();
        r->wait(never);
    }
}

TEST_P(ring_wait_test, a_wake_that_a_poll_sees_still_ends_the_next_wait) {
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    recorded op;
    op.set_poll(in.get(), POLLIN);
    r->prepare(op); // so that poll() has a reason to ask the kernel
    settle();
    r->wake();
    for (int i = 0; i < 5; ++i) {
        r->poll();
    }
    r->wait(never);
    r->cancel(op);
    EXPECT_EQ(finish(op), -ECANCELED);
}

TEST_P(ring_wait_test, one_wake_ends_one_wait_only) {
    r->wake();
    r->wait(never);
    uint64_t waits = 0;
    nanoseconds deadline = r->now() + 50 * ms;
    while (r->now() < deadline) {
        r->wait(deadline);
        ++waits;
    }
    EXPECT_LE(waits, 10u);
}

TEST_P(ring_wait_test, no_wake_up_is_lost) {
    // A ping-pong in which each side sleeps until the other has moved on: one lost wake-up and it stands still.
    constexpr int rounds = 100'000;
    std::atomic<int> asked{0}; // 0 .. rounds, written here
    std::atomic<int> seen{0};  // the same, written by the sleeper
    std::thread other([&] {
        for (int i = 1; i <= rounds; ++i) {
            while (seen.load() != i - 1) {
                std::this_thread::yield();
            }
            asked.store(i);
            r->wake();
        }
    });
    nanoseconds deadline = r->now() + 120 * second;
    for (int i = 1; i <= rounds; ++i) {
        while (asked.load() != i && r->now() < deadline) {
            r->wait(deadline);
        }
        seen.store(i);
    }
    other.join();
    EXPECT_LT(r->now(), deadline);
    EXPECT_GE(r->counters().wakes, 1u);
}

TEST_P(ring_wait_test, completions_end_a_wait) {
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    recorded op;
    op.set_poll(in.get(), POLLIN);
    r->prepare(op);
    settle();
    std::thread other([&] { EXPECT_EQ(::write(out.get(), "x", 1), 1); });
    while (op.busy()) {
        r->wait(never);
    }
    other.join();
    EXPECT_EQ(op.result, POLLIN);
}

TEST_P(ring_wait_test, a_wait_carries_out_what_was_prepared_first) {
    descriptor a, b;
    make_pair(a, b);
    one_piece_message message("x", 1);
    recorded op;
    op.set_send(a.get(), &message.header);
    r->prepare(op);
    r->wait(never);
    EXPECT_EQ(op.result, 1);
}

TEST_P(ring_wait_test, poll_with_nothing_to_do_makes_no_system_call) {
    settle();
    uint64_t before = r->counters().syscalls;
    for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(r->poll());
    }
    EXPECT_EQ(r->counters().syscalls, before);
}

TEST_P(ring_wait_test, an_interrupted_wait_returns_and_harms_nothing) {
    struct sigaction action{}, old;
    action.sa_handler = [](int) {};
    ASSERT_EQ(::sigaction(SIGUSR2, &action, &old), 0);
    pthread_t self = ::pthread_self();
    std::atomic<bool> stop{false};
    std::thread other([&] {
        while (!stop.load()) {
            ::pthread_kill(self, SIGUSR2);
            std::this_thread::yield();
        }
    });
    descriptor a, b;
    make_pair(a, b);
    recorded_receiver in;
    in.set_receive_stream(b.get());
    r->prepare(in);
    for (size_t i = 1; i <= 2000; ++i) {
        one_piece_message message("x", 1);
        recorded op;
        op.set_send(a.get(), &message.header);
        EXPECT_EQ(carry_out(op), 1);
        run_until([&] { return in.data.size() == i; });
    }
    stop.store(true);
    other.join();
    r->cancel(in);
    EXPECT_EQ(finish(in), -ECANCELED);
    ASSERT_EQ(::sigaction(SIGUSR2, &old, nullptr), 0);
}

}
}
