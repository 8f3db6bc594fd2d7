#include <seastar/core/posix.hh>

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <system_error>

namespace seastar {
namespace {

/// Has the shape of socket_address, which stands in a higher layer.
struct ipv4_address {
    union {
        sockaddr_storage storage;
        sockaddr sa;
        sockaddr_in in;
    } u;
    socklen_t addr_length = sizeof(sockaddr_in);
    ipv4_address() : u() {
        u.in.sin_family = AF_INET;
        u.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    socklen_t length() const { return addr_length; }
};

template <typename Call>
int error_of(Call call) {
    try {
        call();
        return 0;
    } catch (const std::system_error& e) {
        return e.code().value();
    }
}

TEST(posix_test, failures_are_system_errors_with_the_name_of_the_call) {
    try {
        file_desc::open("/no/such/file", O_RDONLY | O_CLOEXEC);
        FAIL();
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::error_code(ENOENT, std::system_category()));
        EXPECT_NE(std::string(e.what()).find("open"), std::string::npos);
    }
    EXPECT_EQ(error_of([] { throw_kernel_error(-EINVAL); }), EINVAL);
    EXPECT_EQ(error_of([] { throw_kernel_error(3); }), 0);
    EXPECT_EQ(error_of([] { throw_pthread_error(EAGAIN); }), EAGAIN);
    errno = EPERM;
    EXPECT_EQ(error_of([] { throw_system_error_on(true, "x"); }), EPERM);
    EXPECT_EQ(error_of([] { throw_system_error_on(false); }), 0);
}

TEST(posix_test, a_file_descriptor_is_owned_moved_and_closed) {
    file_desc a = file_desc::eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK);
    int number = a.get();
    file_desc b = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_EQ(b.get(), number);
    EXPECT_NE(b.fdinfo().find("eventfd"), std::string::npos);
    uint64_t value = 0;
    EXPECT_EQ(b.read(&value, sizeof(value)), 8u);
    EXPECT_EQ(value, 3u);
    EXPECT_FALSE(b.read(&value, sizeof(value))); // would block
    file_desc c = b.dup();
    b = std::move(c);
    EXPECT_LT(::fcntl(number, F_GETFD), 0);
    b.close();
    EXPECT_FALSE(b);
    EXPECT_EQ(error_of([&] { b.size(); }), EBADF);
}

TEST(posix_test, files_are_written_read_sized_and_mapped) {
    file_desc file = file_desc::temporary("/tmp");
    EXPECT_EQ(file.write("hello world", 11), 11u);
    iovec pieces[2] = {{const_cast<char*>("ab"), 2}, {const_cast<char*>("cd"), 2}};
    EXPECT_EQ(file.writev(pieces, 2), 4u);
    EXPECT_EQ(file.size(), 15u);
    char buffer[8];
    EXPECT_EQ(file.pread(buffer, 5, 6), 5u);
    EXPECT_EQ(std::string(buffer, 5), "world");
    file.truncate(4096);
    auto shared = file.map_shared_rw(4096, 0);
    shared[0] = 'J';
    auto read_only = file.map_private_ro(4096, 0);
    EXPECT_EQ(std::memcmp(read_only.get(), "Jello", 5), 0);
    auto anonymous = mmap_anonymous(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    EXPECT_EQ(anonymous[8191], 0);
    EXPECT_EQ(error_of([&] { file.map(4096, PROT_READ, MAP_PRIVATE, 1); }), EINVAL);
}

TEST(posix_test, sockets_talk) {
    file_desc listener = file_desc::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    EXPECT_EQ(listener.getsockopt<int>(SOL_SOCKET, SO_REUSEADDR), 1);
    ipv4_address any;
    listener.bind(any.u.sa, any.addr_length);
    listener.listen(4);
    auto at = listener.get_address<ipv4_address>();
    EXPECT_NE(at.u.in.sin_port, 0);
    ipv4_address peer;
    EXPECT_FALSE(listener.try_accept(peer));
    EXPECT_EQ(error_of([&] { listener.accept(peer); }), EAGAIN);
    file_desc client = file_desc::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
    client.connect(at.u.sa, at.addr_length);
    file_desc server = listener.accept(peer, SOCK_CLOEXEC);
    EXPECT_EQ(peer.u.in.sin_port, client.get_address<ipv4_address>().u.in.sin_port);
    EXPECT_EQ(client.get_remote_address<ipv4_address>().u.in.sin_port, at.u.in.sin_port);
    EXPECT_EQ(client.send("ping", 4, MSG_NOSIGNAL), 4u);
    char buffer[8];
    EXPECT_EQ(server.recv(buffer, sizeof(buffer), 0), 4u);
    client.shutdown(SHUT_WR);
    EXPECT_EQ(server.recv(buffer, sizeof(buffer), 0), 0u);
    EXPECT_EQ(posix::shutdown_mask(SHUT_RD), posix::rcv_shutdown);
    EXPECT_EQ(posix::shutdown_mask(SHUT_WR), posix::snd_shutdown);
    EXPECT_EQ(posix::shutdown_mask(SHUT_RDWR), posix::rcv_shutdown | posix::snd_shutdown);
}

TEST(posix_test, datagrams_are_sent_to_addresses) {
    file_desc receiver = file_desc::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
    file_desc sender = file_desc::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
    ipv4_address any;
    receiver.bind(any.u.sa, any.addr_length);
    auto at = receiver.get_address<ipv4_address>();
    EXPECT_EQ(sender.sendto(at, "data", 4, 0), 4u);
    char buffer[8];
    iovec piece{buffer, sizeof(buffer)};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    EXPECT_EQ(receiver.recvmsg(&message, 0), 4u);
}

TEST(posix_test, threads_run_with_the_stack_they_ask_for) {
    int value = 0;
    posix_thread plain([&value] { value = 7; });
    plain.join();
    EXPECT_EQ(value, 7);
    size_t stack = 0;
    auto moved_only = std::make_unique<int>(5);
    posix_thread sized(posix_thread::attr(posix_thread::attr::stack_size{1 << 20}),
                       [&stack, kept = std::move(moved_only)] {
                           pthread_attr_t attributes;
                           ::pthread_getattr_np(::pthread_self(), &attributes);
                           ::pthread_attr_getstacksize(&attributes, &stack);
                           ::pthread_attr_destroy(&attributes);
                       });
    posix_thread moved(std::move(sized));
    moved.join();
    EXPECT_GE(stack, size_t(1) << 20);
    EXPECT_LT(stack, size_t(3) << 20);
    EXPECT_EQ(error_of([] {
                  posix_thread refused(posix_thread::attr(posix_thread::attr::stack_size{1}), [] {});
              }),
              EINVAL);
}

TEST(posix_test, a_thread_is_pinned) {
    auto all = get_current_cpuset();
    ASSERT_FALSE(all.empty());
    unsigned last = *all.rbegin();
    std::set<unsigned> seen;
    posix_thread thread([&] {
        pin_this_thread(last);
        seen = get_current_cpuset();
    });
    thread.join();
    EXPECT_EQ(seen, std::set<unsigned>{last});
    EXPECT_EQ(get_current_cpuset(), all);
    EXPECT_EQ(error_of([] { pin_this_thread(8000); }), EINVAL);
}

TEST(posix_test, signal_sets_hold_what_they_say) {
    sigset_t one = make_sigset_mask(SIGTERM), full = make_full_sigset_mask(), none = make_empty_sigset_mask();
    EXPECT_EQ(::sigismember(&one, SIGTERM), 1);
    EXPECT_EQ(::sigismember(&one, SIGINT), 0);
    EXPECT_EQ(::sigismember(&full, SIGINT), 1);
    EXPECT_EQ(::sigismember(&none, SIGINT), 0);
    EXPECT_EQ(error_of([] { make_sigset_mask(12345); }), EINVAL);
}

TEST(posix_test, times_become_timespecs) {
    using namespace std::chrono;
    auto t = posix::to_timespec(steady_clock::time_point(milliseconds(2500)));
    EXPECT_EQ(t.tv_sec, 2);
    EXPECT_EQ(t.tv_nsec, 500'000'000);
    t = posix::to_timespec(system_clock::time_point(milliseconds(-1)));
    EXPECT_EQ(t.tv_sec, -1);
    EXPECT_EQ(t.tv_nsec, 999'000'000);
    auto timer = posix::to_relative_itimerspec(microseconds(3), seconds(1));
    EXPECT_EQ(timer.it_value.tv_nsec, 3000);
    EXPECT_EQ(timer.it_interval.tv_sec, 1);
    file_desc fd = file_desc::timerfd_create(CLOCK_MONOTONIC, 0);
    fd.timerfd_settime(0, posix::to_relative_itimerspec(microseconds(100), seconds(0)));
    uint64_t expired = 0;
    EXPECT_EQ(fd.read(&expired, sizeof(expired)), 8u);
    EXPECT_EQ(expired, 1u);
}

TEST(posix_test, children_are_given_descriptors) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    file_desc in = file_desc::from_fd(ends[0]), out = file_desc::from_fd(ends[1]);
    posix_spawn_file_actions_t actions;
    ASSERT_EQ(::posix_spawn_file_actions_init(&actions), 0);
    out.spawn_actions_add_dup2(&actions, STDOUT_FILENO);
    in.spawn_actions_add_close(&actions);
    char name[] = "echo", word[] = "hi";
    char* argv[] = {name, word, nullptr};
    pid_t pid;
    ASSERT_EQ(::posix_spawnp(&pid, name, &actions, nullptr, argv, environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    out.close();
    char buffer[8];
    EXPECT_EQ(in.read(buffer, sizeof(buffer)), 3u);
    EXPECT_EQ(std::string(buffer, 3), "hi\n");
    int status;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
}

}
}
