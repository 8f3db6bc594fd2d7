// Which ring is chosen in places where io_uring is forbidden or cramped. Each runs in a child, whose limits die with
// it.
#include "backend.hh"
#include "fd.hh"

#include <gtest/gtest.h>

#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seastar::kernel {
namespace {

struct child_report {
    int exit_status = -1;
    std::string text;
};

/// Runs `body`, which says what it found and returns an exit status, in a child process.
template <typename Body>
child_report in_child(Body body) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_t pid = ::fork();
    if (pid == 0) {
        ::close(ends[0]);
        std::string text;
        int status = body(text);
        [[maybe_unused]] ssize_t n = ::write(ends[1], text.data(), text.size());
        ::_exit(status);
    }
    ::close(ends[1]);
    child_report report;
    char buffer[1024];
    for (ssize_t n; (n = ::read(ends[0], buffer, sizeof(buffer))) > 0;) {
        report.text.append(buffer, static_cast<size_t>(n));
    }
    ::close(ends[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    report.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    return report;
}

struct poll_operation final : operation {
    int32_t result = 0;
    void complete(int32_t n) noexcept override { result = n; }
};

/// 0 if a ring of the kind works.
int try_ring(backend which) {
    int error;
    auto r = make_ring(which, error);
    if (!r) {
        return 1;
    }
    int ends[2];
    if (::pipe(ends) != 0) {
        return 2;
    }
    poll_operation op;
    op.set_poll(ends[1], POLLOUT);
    r->prepare(op);
    while (op.busy()) {
        r->wait(never);
    }
    r->close(ends[0]);
    r->close(ends[1]);
    return op.result == POLLOUT ? 0 : 3;
}

/// From now on this process's system call `number` fails with `error`.
bool forbid(unsigned number, int error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (static_cast<unsigned>(error) & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog filter{sizeof(program) / sizeof(program[0]), program};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

TEST(backend_test, a_process_that_may_not_use_io_uring_gets_epoll_and_says_why) {
    for (int error : {EPERM, ENOSYS}) {
        auto report = in_child([error](std::string& text) {
            if (!forbid(SYS_io_uring_setup, error)) {
                return 77;
            }
            backend_choice choice = choose_backend("");
            text = choice.reason;
            return choice.chosen == backend::epoll ? try_ring(choice.chosen) : 50;
        });
        if (report.exit_status == 77) {
            GTEST_SKIP() << "seccomp filters are not available";
        }
        EXPECT_EQ(report.exit_status, 0);
        EXPECT_NE(report.text.find(error == EPERM ? "EPERM" : "ENOSYS"), std::string::npos) << report.text;
        EXPECT_NE(report.text.find("using epoll"), std::string::npos) << report.text;
    }
}

TEST(backend_test, forcing_io_uring_where_it_is_forbidden_makes_no_ring) {
    auto report = in_child([](std::string& text) {
        if (!forbid(SYS_io_uring_setup, EPERM)) {
            return 77;
        }
        backend_choice choice = choose_backend("io_uring");
        text = choice.reason;
        int error = 0;
        bool made = make_ring(choice.chosen, error) != nullptr;
        return choice.chosen == backend::io_uring && !made && error == -EPERM ? 0 : 1;
    });
    if (report.exit_status == 77) {
        GTEST_SKIP() << "seccomp filters are not available";
    }
    EXPECT_EQ(report.exit_status, 0);
}

TEST(backend_test, epoll_sleeps_on_kernels_that_lack_the_newer_call) {
    for (int error : {ENOSYS, EPERM}) {
        auto report = in_child([error](std::string&) {
            if (!forbid(SYS_epoll_pwait2, error)) {
                return 77;
            }
            int unused;
            auto r = make_ring(backend::epoll, unused);
            nanoseconds start = r->now();
            nanoseconds deadline = start + 2'500'000;
            uint64_t calls = 0;
            for (; r->now() < deadline; ++calls) {
                r->wait(deadline);
            }
            r->wake();
            r->wait(never);
            return calls <= 3 ? try_ring(backend::epoll) : 50;
        });
        if (report.exit_status == 77) {
            GTEST_SKIP() << "seccomp filters are not available";
        }
        EXPECT_EQ(report.exit_status, 0);
    }
}

TEST(backend_test, an_ordinary_user_with_little_locked_memory_gets_a_ring_that_works) {
    if (::getuid() != 0) {
        GTEST_SKIP() << "needs root, to become another user";
    }
    for (rlim_t locked : {rlim_t(64) << 10, rlim_t(0)}) {
        auto report = in_child([locked](std::string& text) {
            rlimit limit{locked, locked};
            if (::setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || ::setgid(65534) != 0 || ::setuid(54321) != 0) {
                return 77;
            }
            backend_choice choice = choose_backend("");
            text = choice.reason;
            return try_ring(choice.chosen);
        });
        EXPECT_EQ(report.exit_status, 0) << report.text;
        EXPECT_FALSE(report.text.empty());
    }
}

TEST(backend_test, choosing_leaves_no_descriptor_open) {
    int before = descriptor(open_eventfd()).get(); // the lowest number that is free
    choose_backend("");
    EXPECT_EQ(descriptor(open_eventfd()).get(), before);
}

TEST(backend_test, a_forced_backend_is_taken_without_trying) {
    EXPECT_EQ(choose_backend("epoll").chosen, backend::epoll);
    EXPECT_EQ(choose_backend("io_uring").chosen, backend::io_uring);
}

}
}
