/// The ring on epoll.
///
/// Every descriptor is registered once, edge-triggered, for everything; what is known of its readiness is kept in its
/// fd_state, so in steady state a request costs one recv, one send and its part of one epoll_pwait2.
///
/// Life of an operation: prepare() puts it in _queued. run_queue() moves it into its slot of the fd_state and
/// attempts it: sends and single reads straight away, streams once an event says so. Done: out of the slot,
/// complete(). Would block: it stays in the slot until an event attempts it again. Used up its share of the turn:
/// back into _queued.
///
/// Regular files, which epoll does not watch, are read and written in place and may block the shard.
/// TODO(perf): a thread for files on this ring.
#include "epoll_ring.hh"

#include "clock.hh"
#include "fd.hh"
#include "fd_table.hh"
#include "operation_list.hh"
#include "send_now.hh"
#include "sockets.hh"
#include "syscall.hh"

#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace seastar::kernel {
namespace {

using access = operation_access;
using state = access::state;

// What an attempt says when it has no result yet. No result is below -4095.
constexpr int32_t blocked = INT32_MIN;       ///< wait for an event
constexpr int32_t again = INT32_MIN + 1;     ///< its share of this turn is used up
constexpr int32_t withdrawn = INT32_MIN + 2; ///< a callback cancelled it: it is in _done

// Fairness: no descriptor gets more than this in one poll().
constexpr int stream_reads_max = 4;
constexpr int accepts_max = 64;
constexpr int events_max = 256;

constexpr size_t scratch_size = 64 * 1024;
constexpr uint32_t in_events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
constexpr uint32_t out_events = EPOLLOUT | EPOLLHUP | EPOLLERR;
// Urgent data is among them: recv stops short at it.
constexpr uint32_t hangup_events = EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI;
constexpr uint32_t watched_events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr uint64_t wake_tag = UINT64_MAX;

static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT && POLLPRI == EPOLLPRI && POLLERR == EPOLLERR &&
              POLLHUP == EPOLLHUP && POLLRDHUP == EPOLLRDHUP);

class epoll_ring final : public ring {
public:
    ~epoll_ring() override;
    int start() noexcept;

    const char* name() const noexcept override { return "epoll"; }
    void prepare(operation& op) noexcept override;
    void cancel(operation& op) noexcept override;
    void close(int fd) noexcept override;
    bool poll() noexcept override;
    void wait(nanoseconds deadline) noexcept override;
    void wake() noexcept override { signal_eventfd(_wake.get()); }
    nanoseconds now() noexcept override { return monotonic_now(); }

private:
    template <typename Call>
    auto counted(Call call) noexcept {
        ++_counters.syscalls;
        return retry(call);
    }
    static operation*& slot(fd_state& s, opcode code) noexcept;
    static bool is_stream(opcode code) noexcept {
        return code == opcode::receive_stream || code == opcode::accept_stream;
    }

    bool run_queue() noexcept;
    void start(operation& op) noexcept;
    void run(operation& op, fd_state& s) noexcept;
    void finish(operation& op, int32_t result) noexcept;
    int32_t watch(int fd, fd_state& s) noexcept;
    void collect(nanoseconds timeout) noexcept;
    void dispatch(int fd, uint32_t generation, uint32_t events) noexcept;

    int32_t attempt(operation& op, fd_state& s) noexcept;
    int32_t attempt_poll(operation& op) noexcept;
    int32_t attempt_connect(operation& op, fd_state& s) noexcept;
    int32_t attempt_receive(operation& op, fd_state& s) noexcept;
    int32_t attempt_read(operation& op, fd_state& s) noexcept;
    int32_t attempt_send(operation& op, fd_state& s) noexcept;
    int32_t attempt_write(operation& op, fd_state& s) noexcept;
    int32_t attempt_receive_stream(operation& op, fd_state& s) noexcept;
    int32_t attempt_accept_stream(operation& op, fd_state& s) noexcept;

    ssize_t receive_some(int fd, fd_state& s, void* buffer, size_t size) noexcept;
    bool is_drained(int fd, fd_state& s) noexcept;
    bool would_block(int fd, fd_state& s, short events) noexcept;

    descriptor _epoll;
    descriptor _wake;
    fd_table _fds;
    operation_list _queued; ///< state queued
    operation_list _done;   ///< state done: ended without complete() having been called yet
    size_t _inflight = 0;   ///< operations in slots
    bool _delivered = false; ///< anything since the start of this poll() or wait()
    bool _woken = false;     ///< a wake-up was seen by a poll(): the next wait() must not sleep
    bool _has_pwait2 = true; ///< Linux 5.11
    std::unique_ptr<char[]> _scratch;
    epoll_event _events[events_max];
};

epoll_ring::~epoll_ring() {
    SEASTAR_ASSERT(_queued.empty() && _done.empty() && _inflight == 0);
}

int epoll_ring::start() noexcept {
    _scratch.reset(new (std::nothrow) char[scratch_size]);
    if (!_scratch) {
        return -ENOMEM;
    }
    int fd = retry([] { return ::epoll_create1(EPOLL_CLOEXEC); });
    if (fd < 0) {
        return fd;
    }
    _epoll.reset(fd);
    fd = open_eventfd();
    if (fd < 0) {
        return fd;
    }
    _wake.reset(fd);
    // Edge-triggered: each write is an event of its own, so the counter is never read.
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = wake_tag;
    return retry([&] { return ::epoll_ctl(_epoll.get(), EPOLL_CTL_ADD, _wake.get(), &event); });
}

operation*& epoll_ring::slot(fd_state& s, opcode code) noexcept {
    switch (code) {
    case opcode::send:
    case opcode::write:
    case opcode::connect:
        return s.writer;
    case opcode::poll:
        return s.poller;
    default:
        return s.reader;
    }
}

void epoll_ring::prepare(operation& op) noexcept {
    SEASTAR_ASSERT(!op.busy() && op.code() != opcode::none);
    access::state_of(op) = state::queued;
    access::backend(op) = 0;
    _queued.push_back(op);
}

void epoll_ring::cancel(operation& op) noexcept {
    switch (access::state_of(op)) {
    case state::queued:
        _queued.remove(op);
        break;
    case state::inflight:
        slot(*_fds.find(op.fd()), op.code()) = nullptr;
        --_inflight;
        break;
    case state::idle:
    case state::done:
        return;
    }
    access::result(op) = -ECANCELED;
    access::state_of(op) = state::done;
    _done.push_back(op);
}

void epoll_ring::close(int fd) noexcept {
    // Closing takes the descriptor out of epoll too. If another process still holds the same open file, events may go
    // on; they carry the old generation and are dropped.
    if (fd_state* s = _fds.find(fd)) {
        SEASTAR_ASSERT(!s->reader && !s->writer && !s->poller);
        s->forget();
    }
    ++_counters.syscalls;
    close_fd(fd);
}

bool epoll_ring::poll() noexcept {
    _delivered = false;
    run_queue();
    if (_inflight != 0) {
        collect(0);
    }
    return _delivered;
}

void epoll_ring::wait(nanoseconds deadline) noexcept {
    _delivered = false;
    bool stay_awake = run_queue() || !_queued.empty() || !_done.empty() || _woken;
    _woken = false;
    nanoseconds timeout = 0;
    if (!stay_awake) {
        timeout = deadline == never ? never : deadline - now();
        timeout = timeout < 0 ? 0 : timeout;
    }
    collect(timeout);
    _woken = false;
}

/// Completes what has ended and attempts what was prepared before this call. True if anything was delivered.
bool epoll_ring::run_queue() noexcept {
    for (size_t n = _done.size(); n != 0 && !_done.empty(); --n) {
        operation& op = _done.pop_front();
        finish(op, access::result(op));
    }
    for (size_t n = _queued.size(); n != 0 && !_queued.empty(); --n) {
        start(_queued.pop_front());
    }
    return _delivered;
}

/// Requires: op is in no list and no slot.
void epoll_ring::finish(operation& op, int32_t result) noexcept {
    access::state_of(op) = state::idle;
    _delivered = true;
    op.complete(result);
}

void epoll_ring::start(operation& op) noexcept {
    if (op.fd() < 0) {
        finish(op, -EBADF);
        return;
    }
    fd_state* s = _fds.get(op.fd());
    if (!s) {
        finish(op, -ENOMEM);
        return;
    }
    operation*& place = slot(*s, op.code());
    SEASTAR_ASSERT(!place);
    place = &op;
    access::state_of(op) = state::inflight;
    ++_inflight;
    // A new stream has nothing to read yet, as a rule, and registering tells for sure: saves a call that finds nothing.
    if (is_stream(op.code()) && !s->registered && !s->unwatchable) {
        s->in_ready = false;
    }
    run(op, *s);
}

/// Attempts an operation that stands in its slot, and puts it where it belongs then.
void epoll_ring::run(operation& op, fd_state& s) noexcept {
    int32_t result = attempt(op, s);
    if (result == blocked && !s.registered) {
        result = watch(op.fd(), s);
        if (result == 0) {
            result = blocked; // registering reports what is ready already
        } else if (s.unwatchable && is_stream(op.code())) {
            result = attempt(op, s);
        }
    }
    if (result == blocked || result == withdrawn) {
        return;
    }
    slot(s, op.code()) = nullptr;
    --_inflight;
    if (result == again) {
        access::state_of(op) = state::queued;
        _queued.push_back(op);
    } else {
        finish(op, result);
    }
}

/// Registers the descriptor. 0, or -errno.
int32_t epoll_ring::watch(int fd, fd_state& s) noexcept {
    epoll_event event{};
    event.events = watched_events;
    event.data.u64 = uint64_t(s.generation) << 32 | static_cast<uint32_t>(fd);
    int result = counted([&] { return ::epoll_ctl(_epoll.get(), EPOLL_CTL_ADD, fd, &event); });
    if (result == -EEXIST) {
        // The same open file came back under the same number.
        result = counted([&] { return ::epoll_ctl(_epoll.get(), EPOLL_CTL_MOD, fd, &event); });
    }
    if (result == -EPERM) {
        s.unwatchable = s.in_ready = s.out_ready = true;
    }
    s.registered = result == 0;
    return result;
}

/// Asks epoll, sleeping for up to `timeout` (`never`: no end), and attempts what the events concern.
void epoll_ring::collect(nanoseconds timeout) noexcept {
    ++_counters.syscalls;
    ++_counters.enters;
    _counters.waits += timeout != 0;
    int count;
    if (_has_pwait2) {
        timespec t = to_timespec(timeout);
        count = ::epoll_pwait2(_epoll.get(), _events, events_max, timeout == never ? nullptr : &t, nullptr);
        // EPERM: some seccomp profiles say so of every call that they do not know.
        _has_pwait2 = count >= 0 || (errno != ENOSYS && errno != EPERM);
    }
    if (!_has_pwait2) {
        nanoseconds ms = timeout == never ? -1 : timeout / 1'000'000 + (timeout % 1'000'000 != 0);
        count = ::epoll_wait(_epoll.get(), _events, events_max, static_cast<int>(ms > INT_MAX ? INT_MAX : ms));
    }
    // A negative count is EINTR: waiting may return early, and the next call asks again.
    for (int i = 0; i < count; ++i) {
        uint64_t tag = _events[i].data.u64;
        if (tag == wake_tag) {
            _woken = true;
            ++_counters.wakes;
        } else {
            dispatch(static_cast<int>(tag & UINT32_MAX), static_cast<uint32_t>(tag >> 32), _events[i].events);
        }
    }
}

void epoll_ring::dispatch(int fd, uint32_t generation, uint32_t events) noexcept {
    fd_state& s = *_fds.find(fd);
    // Callbacks may close the descriptor, so the generation is looked at before each step.
    if (s.generation != generation) {
        return;
    }
    s.in_ready = s.in_ready || (events & in_events) != 0;
    s.out_ready = s.out_ready || (events & out_events) != 0;
    s.hangup = s.hangup || (events & hangup_events) != 0;
    if (s.reader && s.in_ready) {
        run(*s.reader, s);
    }
    if (s.generation == generation && s.writer && s.out_ready) {
        run(*s.writer, s);
    }
    if (s.generation == generation && s.poller) {
        if (auto ready = static_cast<short>(events & (access::events(*s.poller) | POLLERR | POLLHUP))) {
            operation& op = *s.poller;
            s.poller = nullptr;
            --_inflight;
            finish(op, ready);
        }
    }
}

int32_t epoll_ring::attempt(operation& op, fd_state& s) noexcept {
    switch (op.code()) {
    case opcode::poll:
        return attempt_poll(op);
    case opcode::connect:
        return attempt_connect(op, s);
    case opcode::receive:
        return attempt_receive(op, s);
    case opcode::send:
        return attempt_send(op, s);
    case opcode::read:
        return attempt_read(op, s);
    case opcode::write:
        return attempt_write(op, s);
    case opcode::receive_stream:
        return attempt_receive_stream(op, s);
    case opcode::accept_stream:
        return attempt_accept_stream(op, s);
    case opcode::none:
        break;
    }
    return -EINVAL;
}

/// Edges are of no use here: what was ready before may have been used since, so ask.
int32_t epoll_ring::attempt_poll(operation& op) noexcept {
    pollfd request{op.fd(), access::events(op), 0};
    int count = counted([&] { return ::poll(&request, 1, 0); });
    if (count == 0) {
        return blocked;
    }
    return count < 0 ? count : request.revents & POLLNVAL ? -EBADF : request.revents;
}

/// First call: starts the handshake. Later ones: its outcome. _backend tells which.
int32_t epoll_ring::attempt_connect(operation& op, fd_state& s) noexcept {
    if (access::backend(op) == 0) {
        auto* address = static_cast<const sockaddr*>(access::buffer(op));
        int result =
            counted([&] { return ::connect(op.fd(), address, static_cast<socklen_t>(access::size(op))); });
        if (result != -EINPROGRESS) {
            return result;
        }
        access::backend(op) = 1;
        s.out_ready = false;
        return blocked;
    }
    if (!s.out_ready) {
        return blocked;
    }
    access::backend(op) = 0;
    ++_counters.syscalls;
    return take_socket_error(op.fd());
}

/// recv(2), or read(2) on what is no socket.
ssize_t epoll_ring::receive_some(int fd, fd_state& s, void* buffer, size_t size) noexcept {
    if (!s.not_socket) {
        ssize_t result = counted([&] { return ::recv(fd, buffer, size, MSG_DONTWAIT); });
        if (result != -ENOTSOCK) {
            return result;
        }
        s.not_socket = true;
    }
    if (would_block(fd, s, POLLIN)) {
        return -EAGAIN;
    }
    return counted([&] { return ::read(fd, buffer, size); });
}

/// After a read that got less than it asked for: true if the next would find nothing.
bool epoll_ring::is_drained(int fd, fd_state& s) noexcept {
    if (!s.stream_known) {
        s.stream_known = true;
        ++_counters.syscalls;
        s.stream = !s.not_socket && get_option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM;
    }
    return s.stream && !s.hangup && s.registered;
}

/// Descriptors that were handed to us in blocking mode (a terminal, say) must be asked first.
bool epoll_ring::would_block(int fd, fd_state& s, short events) noexcept {
    if (!s.mode_known) {
        s.mode_known = true;
        struct stat info;
        int flags = counted([&] { return ::fcntl(fd, F_GETFL); });
        s.blocking = flags >= 0 && (flags & O_NONBLOCK) == 0 &&
            counted([&] { return ::fstat(fd, &info); }) == 0 && !S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode);
    }
    if (!s.blocking) {
        return false;
    }
    pollfd request{fd, events, 0};
    return counted([&] { return ::poll(&request, 1, 0); }) == 0;
}

int32_t epoll_ring::attempt_receive(operation& op, fd_state& s) noexcept {
    if (!s.in_ready) {
        return blocked;
    }
    size_t size = access::size(op);
    ssize_t result = receive_some(op.fd(), s, access::buffer(op), size);
    if (result == -EAGAIN) {
        s.in_ready = false;
        return blocked;
    }
    if (result > 0) {
        ++_counters.receives;
        s.in_ready = static_cast<size_t>(result) == size || !is_drained(op.fd(), s);
    }
    return static_cast<int32_t>(result);
}

int32_t epoll_ring::attempt_receive_stream(operation& op, fd_state& s) noexcept {
    auto& to = static_cast<receiver&>(op);
    for (int reads = 0; s.in_ready; ++reads) {
        if (reads == stream_reads_max) {
            return again;
        }
        ssize_t result = receive_some(op.fd(), s, _scratch.get(), scratch_size);
        if (result == -EAGAIN) {
            s.in_ready = false;
            break;
        }
        if (result <= 0) {
            return static_cast<int32_t>(result);
        }
        ++_counters.receives;
        _delivered = true;
        s.in_ready = static_cast<size_t>(result) == scratch_size || !is_drained(op.fd(), s);
        to.received(_scratch.get(), static_cast<size_t>(result));
        if (access::state_of(op) != state::inflight) {
            return withdrawn;
        }
    }
    return blocked;
}

int32_t epoll_ring::attempt_accept_stream(operation& op, fd_state& s) noexcept {
    auto& to = static_cast<acceptor&>(op);
    for (int accepts = 0; s.in_ready; ++accepts) {
        if (accepts == accepts_max) {
            return again;
        }
        int result =
            counted([&] { return ::accept4(op.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); });
        if (result == -EAGAIN) {
            s.in_ready = false;
        } else if (result >= 0) {
            _delivered = true;
            to.accepted(result);
            if (access::state_of(op) != state::inflight) {
                return withdrawn;
            }
        } else if (!concerns_one_connection(result)) {
            return result;
        }
    }
    return blocked;
}

int32_t epoll_ring::attempt_send(operation& op, fd_state& s) noexcept {
    if (!s.out_ready) {
        return blocked;
    }
    const msghdr& message = access::message(op);
    ssize_t result = -ENOTSOCK;
    if (!s.not_socket) {
        ++_counters.syscalls;
        result = send_now(op);
    }
    if (result == -ENOTSOCK) {
        s.not_socket = true;
        if (would_block(op.fd(), s, POLLOUT)) {
            result = -EAGAIN;
        } else {
            // A blocking pipe that polls writable has room for PIPE_BUF bytes and no promise of more.
            iovec first = message.msg_iovlen ? message.msg_iov[0] : iovec{nullptr, 0};
            first.iov_len = first.iov_len < PIPE_BUF ? first.iov_len : PIPE_BUF;
            result = counted([&] {
                return s.blocking ? ::writev(op.fd(), &first, 1)
                                  : ::writev(op.fd(), message.msg_iov, static_cast<int>(message.msg_iovlen));
            });
        }
    }
    if (result == -EAGAIN) {
        s.out_ready = false;
        return blocked;
    }
    ++_counters.sends;
    return static_cast<int32_t>(result);
}

int32_t epoll_ring::attempt_read(operation& op, fd_state& s) noexcept {
    int64_t offset = access::offset(op);
    ssize_t result = -EAGAIN;
    if (offset >= 0) {
        result = counted([&] { return ::pread(op.fd(), access::buffer(op), access::size(op), offset); });
    } else if (s.in_ready && !would_block(op.fd(), s, POLLIN)) {
        result = counted([&] { return ::read(op.fd(), access::buffer(op), access::size(op)); });
    }
    if (result == -EAGAIN) {
        s.in_ready = false;
        return blocked;
    }
    return static_cast<int32_t>(result);
}

int32_t epoll_ring::attempt_write(operation& op, fd_state& s) noexcept {
    int64_t offset = access::offset(op);
    size_t size = access::size(op);
    ssize_t result = -EAGAIN;
    if (offset >= 0) {
        result = counted([&] { return ::pwrite(op.fd(), access::buffer(op), size, offset); });
    } else if (s.out_ready && !would_block(op.fd(), s, POLLOUT)) {
        size = s.blocking && size > PIPE_BUF ? PIPE_BUF : size;
        result = counted([&] { return ::write(op.fd(), access::buffer(op), size); });
    }
    if (result == -EAGAIN) {
        s.out_ready = false;
        return blocked;
    }
    return static_cast<int32_t>(result);
}

}

std::unique_ptr<ring> make_epoll_ring(int& error) noexcept {
    std::unique_ptr<epoll_ring> made(new (std::nothrow) epoll_ring);
    error = made ? made->start() : -ENOMEM;
    return error == 0 ? std::move(made) : nullptr;
}

}
