#include "app/app_fixture.hh"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace seastar::app {

namespace {

/// One of the child's outputs.
struct output {
    int ends[2];
    std::string text;
    output() {
        if (::pipe(ends) != 0) {
            std::abort();
        }
    }
    /// False at its end.
    bool read_some() {
        char buffer[4096];
        auto n = ::read(ends[0], buffer, sizeof(buffer));
        if (n > 0) {
            text.append(buffer, static_cast<size_t>(n));
        }
        return n > 0;
    }
};

}

outcome in_child(std::function<int()> func,
                 std::function<void(int pid, std::function<void(const std::string&)> wait_for)> meanwhile) {
    output out, err;
    std::fflush(nullptr);
    int pid = ::fork();
    if (pid == 0) {
        ::dup2(out.ends[1], STDOUT_FILENO);
        ::dup2(err.ends[1], STDERR_FILENO);
        for (int fd : {out.ends[0], out.ends[1], err.ends[0], err.ends[1]}) {
            ::close(fd);
        }
        ::alarm(60);
        int status = func();
        std::fflush(nullptr);
        ::_exit(status);
    }
    ::close(out.ends[1]);
    ::close(err.ends[1]);
    bool out_open = true, err_open = true;
    auto read_both = [&] {
        pollfd fds[] = {{out_open ? out.ends[0] : -1, POLLIN, 0}, {err_open ? err.ends[0] : -1, POLLIN, 0}};
        ::poll(fds, 2, -1);
        out_open = out_open && (!fds[0].revents || out.read_some());
        err_open = err_open && (!fds[1].revents || err.read_some());
        return out_open || err_open;
    };
    if (meanwhile) {
        meanwhile(pid, [&](const std::string& text) {
            while (out.text.find(text) == std::string::npos && read_both()) {
            }
        });
    }
    while (read_both()) {
    }
    ::close(out.ends[0]);
    ::close(err.ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status), out.text, err.text};
}

TEST(app_fixture, a_child_leaves_its_output_and_its_status) {
    auto o = in_child([] {
        std::puts("to out");
        std::fputs("to err\n", stderr);
        return 7;
    });
    EXPECT_EQ(o.status, 7);
    EXPECT_EQ(o.out, "to out\n");
    EXPECT_EQ(o.err, "to err\n");
}

}
