#include "fd.hh"

#include "syscall.hh"

#include <seastar/util/assert.hh>

#include <cstdint>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace seastar::kernel {

void close_fd(int fd) noexcept {
    SEASTAR_ASSERT(::close(fd) == 0 || errno != EBADF);
}

int open_eventfd() noexcept {
    return retry([] { return ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); });
}

void signal_eventfd(int fd) noexcept {
    // Fails with EAGAIN only when the counter is full: then the reader has something to read already.
    int saved = errno;
    uint64_t one = 1;
    retry([&] { return ::write(fd, &one, sizeof(one)); });
    errno = saved;
}

int open_pipe(descriptor& read_end, descriptor& write_end) noexcept {
    int ends[2];
    int result = retry([&] { return ::pipe2(ends, O_CLOEXEC | O_NONBLOCK); });
    if (result < 0) {
        return result;
    }
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    return 0;
}

int set_nonblocking(int fd, bool on) noexcept {
    int flags = retry([&] { return ::fcntl(fd, F_GETFL); });
    if (flags < 0) {
        return flags;
    }
    int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted == flags ? 0 : retry([&] { return ::fcntl(fd, F_SETFL, wanted); });
}

}
