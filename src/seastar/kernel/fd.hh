/// An owned descriptor, and the few ways in which this layer makes one. All are non-blocking and close-on-exec.
/// Sockets: sockets.hh. A descriptor that a ring knows is closed by ring::close(), so release() it first.
#pragma once

#include <utility>

namespace seastar::kernel {

/// Closes `fd` once; closing what is not open is a bug of ours and stops the program.
void close_fd(int fd) noexcept;

/// Owns one descriptor, or none. Any thread; not shared.
class descriptor {
public:
    descriptor() = default;
    explicit descriptor(int fd) noexcept : _fd(fd) {} ///< Takes fd over; negative (-errno included) means none.
    descriptor(descriptor&& other) noexcept : _fd(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~descriptor() { reset(); }

    explicit operator bool() const noexcept { return _fd >= 0; }
    int get() const noexcept { return _fd; }
    int release() noexcept { return std::exchange(_fd, -1); }
    void reset(int fd = -1) noexcept {
        int old = std::exchange(_fd, fd);
        if (old >= 0) {
            close_fd(old);
        }
    }

private:
    int _fd = -1;
};

/// A new eventfd with the count 0, or -errno.
int open_eventfd() noexcept;
/// Adds 1 to an eventfd. Any thread; async-signal-safe; leaves errno alone.
void signal_eventfd(int fd) noexcept;

/// Both ends of a pipe, or -errno and nothing. Returns 0 or -errno.
int open_pipe(descriptor& read_end, descriptor& write_end) noexcept;

/// Sets or clears O_NONBLOCK. Returns 0 or -errno.
int set_nonblocking(int fd, bool on) noexcept;

}
