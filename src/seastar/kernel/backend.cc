#include "backend.hh"

#include "epoll_ring.hh"
#include "operating_system.hh"
#include "sockets.hh"
#include "uring_ring.hh"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace seastar::kernel {
namespace {

constexpr unsigned uring_entries_max = 256;
constexpr unsigned uring_entries_min = 32;

std::unique_ptr<ring> make_largest_uring(int& error) noexcept {
    for (unsigned entries = uring_entries_max;; entries /= 2) {
        auto made = make_uring_ring(entries, error);
        if (error != -ENOMEM || entries == uring_entries_min) {
            return made;
        }
    }
}

/// One byte through a multishot receive: the newest of what the ring relies on.
int try_stream(ring& r) noexcept {
    struct byte_receiver final : receiver {
        int32_t result = 1;
        bool got = false;
        ring* from;
        void received(const char*, size_t) noexcept override {
            got = true;
            from->cancel(*this);
        }
        void complete(int32_t end) noexcept override { result = end; }
    };
    int ends[2];
    int error = open_socket_pair(ends);
    if (error < 0) {
        return error;
    }
    byte_receiver op;
    op.from = &r;
    op.set_receive_stream(ends[0]);
    r.prepare(op);
    if (::write(ends[1], "x", 1) != 1) {
        r.cancel(op);
    }
    nanoseconds deadline = r.now() + 1'000'000'000;
    bool late = false;
    while (op.busy()) {
        r.wait(late ? never : deadline);
        if (!late && r.now() >= deadline) {
            late = true;
            r.cancel(op);
        }
    }
    ::close(ends[0]);
    ::close(ends[1]);
    return op.got ? 0 : op.result < 0 && op.result != -ECANCELED ? op.result : -ENOSYS;
}

/// Whether this process can have an io_uring that does what we need. 0 or -errno.
int probe_uring() noexcept {
    // The smallest: locked memory is given back some time after a ring is closed, and the shards' rings come next.
    int error;
    auto probe = make_uring_ring(uring_entries_min, error);
    return probe ? try_stream(*probe) : error;
}

std::string why_not(int error) {
    const char* what = "failed";
    switch (-error) {
    case EPERM:
    case EACCES:
        what = "not permitted";
        break;
    case ENOMEM:
        what = "has not enough locked memory (ulimit -l)";
        break;
    case ENOSYS:
    case EINVAL:
        what = "not supported by this kernel";
        break;
    case EMFILE:
    case ENFILE:
        what = "has no descriptor left";
        break;
    }
    const char* name = ::strerrorname_np(-error);
    return std::string("io_uring ") + what + " (" + (name ? name : "unknown error") + "), using epoll";
}

}

backend_choice choose_backend(std::string_view forced) noexcept {
    backend_choice choice;
    if (substitute()) {
        choice.reason = "a simulation";
        return choice;
    }
    if (forced == "epoll" || forced == "io_uring") {
        choice.chosen = forced == "epoll" ? backend::epoll : backend::io_uring;
        choice.reason = std::string(forced) + ", as asked for";
        return choice;
    }
    int error = probe_uring();
    choice.chosen = error == 0 ? backend::io_uring : backend::epoll;
    choice.reason = error == 0 ? "io_uring" : why_not(error);
    return choice;
}

std::unique_ptr<ring> make_ring(backend which, int& error) noexcept {
    if (auto* os = substitute()) {
        return os->make_ring(error);
    }
    return which == backend::io_uring ? make_largest_uring(error) : make_epoll_ring(error);
}

}
