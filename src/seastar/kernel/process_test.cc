// Descriptors, affinity, limits and signals of this process: each test puts back what it changes.
#include "affinity.hh"
#include "fd.hh"
#include "rlimit.hh"
#include "signals.hh"
#include "small_file.hh"
#include "sockets.hh"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace seastar::kernel {
namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(descriptor_test, closes_what_it_owns_once) {
    int number;
    {
        descriptor fd(open_eventfd());
        number = fd.get();
        descriptor moved(std::move(fd));
        EXPECT_FALSE(fd);
        EXPECT_EQ(moved.get(), number);
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
    descriptor none(-EMFILE);
    EXPECT_FALSE(none);
}

TEST(descriptor_test, assigning_closes_the_old_and_release_closes_nothing) {
    descriptor a(open_eventfd()), b(open_eventfd());
    int old = a.get(), kept = b.get();
    a = std::move(b);
    EXPECT_FALSE(is_open(old));
    EXPECT_EQ(a.release(), kept);
    EXPECT_TRUE(is_open(kept));
    close_fd(kept);
}

TEST(descriptor_death_test, closing_what_is_not_open_stops_the_program) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(close_fd(1 << 19), "EBADF");
}

TEST(descriptor_test, is_never_inherited_and_never_blocks) {
    descriptor in, out;
    ASSERT_EQ(open_pipe(in, out), 0);
    descriptor event(open_eventfd()), socket(open_socket(AF_INET, SOCK_STREAM));
    for (int fd : {in.get(), out.get(), event.get(), socket.get()}) {
        EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    }
    EXPECT_EQ(set_nonblocking(in.get(), false), 0);
    EXPECT_EQ(::fcntl(in.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(set_nonblocking(1 << 19, false), -EBADF);
}

TEST(sockets_test, keep_their_options) {
    descriptor fd(open_socket(AF_INET, SOCK_STREAM));
    EXPECT_EQ(set_no_delay(fd.get(), true), 0);
    EXPECT_EQ(get_no_delay(fd.get()), 1);
    EXPECT_EQ(set_keepalive(fd.get(), true), 0);
    EXPECT_EQ(get_keepalive(fd.get()), 1);
    keepalive_times times;
    times.idle_s = 30;
    times.interval_s = 7;
    times.probes = 4;
    EXPECT_EQ(set_keepalive_times(fd.get(), times), 0);
    keepalive_times read;
    EXPECT_EQ(get_keepalive_times(fd.get(), read), 0);
    EXPECT_EQ(read.idle_s, 30);
    EXPECT_EQ(read.interval_s, 7);
    EXPECT_EQ(read.probes, 4);
    times.probes = -1;
    EXPECT_EQ(set_keepalive_times(fd.get(), times), -EINVAL);
    EXPECT_EQ(set_no_delay(1 << 19, true), -EBADF);
}

TEST(sockets_test, report_failures_by_value) {
    EXPECT_EQ(open_socket(AF_INET, 12345), -EINVAL);
    descriptor first(open_socket(AF_INET, SOCK_STREAM)), second(open_socket(AF_INET, SOCK_STREAM));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(bind_socket(first.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(listen_socket(first.get(), 1), 0);
    endpoint at;
    ASSERT_EQ(local_endpoint(first.get(), at), 0);
    EXPECT_EQ(bind_socket(second.get(), at.address(), at.length), -EADDRINUSE);
    EXPECT_EQ(remote_endpoint(first.get(), at), -ENOTCONN);
    EXPECT_EQ(shutdown_socket(second.get(), SHUT_WR), -ENOTCONN);
    EXPECT_EQ(take_socket_error(first.get()), 0);
}

TEST(affinity_test, is_pinned_and_given_back) {
    affinity_mask before;
    ASSERT_EQ(affinity_mask::of_this_thread(before), 0);
    unsigned last = before.cpus().back();
    {
        affinity_guard guard;
        ASSERT_EQ(pin_to_cpu(last), 0);
        affinity_mask pinned;
        ASSERT_EQ(affinity_mask::of_this_thread(pinned), 0);
        EXPECT_EQ(pinned.cpus(), std::vector<unsigned>{last});
    }
    affinity_mask after;
    ASSERT_EQ(affinity_mask::of_this_thread(after), 0);
    EXPECT_EQ(after.cpus(), before.cpus());
}

TEST(affinity_test, refuses_cpus_that_are_not_there) {
    EXPECT_EQ(pin_to_cpu(8191), -EINVAL);
    EXPECT_EQ(pin_to_cpu(1'000'000), -EINVAL);
}

TEST(rlimit_test, the_soft_limit_of_descriptors_is_raised_to_the_hard_one) {
    rlimit old;
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
    rlimit low = old;
    low.rlim_cur = std::min<rlim_t>(old.rlim_max, 64);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    EXPECT_EQ(raise_descriptor_limit(), old.rlim_max);
    rlimit now;
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &now), 0);
    EXPECT_EQ(now.rlim_cur, old.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
}

TEST(signals_test, a_blocked_signal_is_read_from_the_descriptor) {
    sigset_t before;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
    {
        signal_block block(make_signal_set({SIGUSR1, SIGUSR2}));
        descriptor fd(open_signalfd(make_signal_set({SIGUSR1})));
        ASSERT_TRUE(fd);
        EXPECT_EQ(take_signal(fd.get()), 0);
        std::thread([] { ::kill(::getpid(), SIGUSR1); }).join();
        EXPECT_EQ(take_signal(fd.get()), SIGUSR1);
        EXPECT_EQ(take_signal(fd.get()), 0);
        EXPECT_EQ(::sigismember(&block.saved(), SIGUSR1), 0);
    }
    sigset_t after;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
    for (int signal : {SIGUSR1, SIGUSR2, SIGTERM}) {
        EXPECT_EQ(::sigismember(&after, signal), ::sigismember(&before, signal));
    }
}

TEST(small_file_test, is_read_without_the_white_space_at_its_end) {
    EXPECT_FALSE(read_small_file("/proc/no/such/file"));
    EXPECT_FALSE(read_small_file("/proc"));
    auto pid_max = read_number("/proc/sys/kernel/pid_max");
    ASSERT_TRUE(pid_max);
    EXPECT_GT(*pid_max, 0u);
    EXPECT_FALSE(parse_number(""));
    EXPECT_FALSE(parse_number("-1"));
    EXPECT_FALSE(parse_number("12 "));
    EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
}

}
}
