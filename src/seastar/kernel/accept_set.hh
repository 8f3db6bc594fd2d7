/// Listening sockets of a ring on io_uring: it watches them through an epoll descriptor of its own and accepts by
/// system call, instead of leaving an accept request with the kernel.
///
/// Why: a request in flight keeps its file open, and the kernel ends the requests of a killed process in its own time.
/// A listening socket among them would hold its port for milliseconds after the process is gone, and whoever starts
/// the server again at once would hear "Address already in use". epoll keeps no file open.
#pragma once

#include "fd.hh"
#include "operation_list.hh"

namespace seastar::kernel {

class accept_set {
public:
    /// Requires: empty.
    ~accept_set() { SEASTAR_ASSERT(_armed.empty()); }

    int start() noexcept; ///< 0, or -errno

    /// Readable when take_ready() would find something.
    int fd() const noexcept { return _epoll.get(); }
    bool empty() const noexcept { return _armed.empty(); }

    /// Watches the acceptor's descriptor; what is ready already counts. 0, or -errno and nothing is watched.
    int add(acceptor& op) noexcept;
    /// Requires: added.
    void remove(acceptor& op) noexcept;

    /// Accepts what has come, up to a fair share for each acceptor, and calls accepted(). Whoever has more to come is
    /// found again next time. An acceptor whose accept4() fails is removed and handed to failed(acceptor&, -errno).
    /// True if that was all there was.
    template <typename Failed>
    bool take_ready(uint64_t& syscalls, Failed failed) noexcept {
        acceptor* ready[events_max];
        int count = collect(ready, syscalls);
        bool all = count < events_max;
        for (int i = 0; i < count; ++i) {
            // A callback of one before may have taken this one out.
            if (!_armed.contains(*ready[i])) {
                continue;
            }
            int result = accept_some(*ready[i], syscalls);
            if (result == more) {
                all = false;
            } else if (result < 0) {
                remove(*ready[i]);
                failed(*ready[i], result);
            }
        }
        return all;
    }

private:
    static constexpr int events_max = 16;
    static constexpr int accepts_max = 64;
    static constexpr int more = 1;

    int collect(acceptor** ready, uint64_t& syscalls) noexcept;
    int accept_some(acceptor& op, uint64_t& syscalls) noexcept;

    descriptor _epoll;
    operation_list _armed;
};

}
