/// The ring on io_uring.
///
/// SINGLE_ISSUER and DEFER_TASKRUN: the kernel works for this ring only inside io_uring_enter, and TASKRUN_FLAG tells,
/// by one load, whether entering would find anything. So everything of a turn travels in one enter.
///
/// Life of an operation: prepare() puts it in _queued; submit() writes its request with the operation's address as
/// user data and the kernel has it (state inflight) until its last completion entry, the one without F_MORE. Streams
/// are multishot; where the kernel ends one for reasons of its own (no buffer left, a full completion queue) it goes
/// back into _queued, and its owner does not notice. What is no socket is read and written like a file; a
/// non-blocking descriptor that has nothing is polled first (the kernel answers EAGAIN instead of waiting for it).
/// Acceptors never become requests: an accept_set has them, and a request watches that.
///
/// Cancelling: an operation still in _queued ends at once; one in flight is put in _cancels and ends with what the
/// kernel says. Requests are carried out in the order written, so a cancellation never hits a later use of the same
/// address.
#include "uring_ring.hh"

#include "accept_set.hh"
#include "buffer_ring.hh"
#include "clock.hh"
#include "fd.hh"
#include "operation_list.hh"
#include "send_now.hh"

#include <algorithm>
#include <liburing.h>
#include <new>
#include <poll.h>

namespace seastar::kernel {
namespace {

using access = operation_access;
using state = access::state;

// What an operation's _backend holds.
constexpr uint32_t as_file = 1; ///< not a socket: read and write
constexpr uint32_t polling = 2; ///< the request in flight waits for readiness only; the real one follows
constexpr uint32_t cancelling = 4; ///< in _cancels

// A request counts in 32 bits; read(2) and its relatives stop here too.
constexpr size_t transfer_max = 0x7ffff000;

// User data that is no operation. Operations are aligned, so the values differ from all addresses.
constexpr uint64_t ignored_tag = 1;
constexpr uint64_t wake_tag = 2;
constexpr uint64_t accept_tag = 3;

class uring_ring final : public ring {
public:
    ~uring_ring() override;
    int start(unsigned entries) noexcept;

    const char* name() const noexcept override { return "io_uring"; }
    void prepare(operation& op) noexcept override;
    void cancel(operation& op) noexcept override;
    void close(int fd) noexcept override;
    bool poll() noexcept override;
    void wait(nanoseconds deadline) noexcept override;
    void wake() noexcept override { signal_eventfd(_wake.get()); }
    nanoseconds now() noexcept override { return monotonic_now(); }

private:
    /// A multishot poll of a descriptor that is the ring's own: one entry each time something happens.
    struct watch {
        uint64_t tag;
        bool armed = false;
    };
    void arm(watch& w, int fd) noexcept;
    void disarm(watch& w) noexcept;

    io_uring_sqe* next_sqe() noexcept;
    void submit() noexcept;
    void start_accepting(acceptor& op) noexcept;
    void accept_ready() noexcept;
    bool lone_send() const noexcept;
    void send_directly() noexcept;
    void write_request(io_uring_sqe& sqe, operation& op) noexcept;
    void write_stream_receive(io_uring_sqe& sqe, operation& op) noexcept;
    void write_send(io_uring_sqe& sqe, operation& op) noexcept;
    bool kernel_has_work() const noexcept;
    void enter() noexcept;
    void enter_and_sleep(nanoseconds deadline) noexcept;
    void reap() noexcept;
    void finish_done() noexcept;
    void completed(const io_uring_cqe& cqe) noexcept;
    void completed(operation& op, int32_t result, uint32_t flags) noexcept;
    bool goes_on(operation& op, int32_t result) noexcept;
    void finish(operation& op, int32_t result) noexcept;

    io_uring _ring{};
    bool _made = false;
    descriptor _wake;
    buffer_ring _buffers;
    operation_list _queued;  ///< state queued
    operation_list _cancels; ///< state inflight, and the kernel is yet to be told to cancel it
    operation_list _done;    ///< state done
    accept_set _acceptors;   ///< state inflight, but not with the kernel
    size_t _inflight = 0;    ///< operations that the kernel has
    watch _wakes{wake_tag};
    watch _accepts{accept_tag};
    bool _accept_ready = false; ///< _acceptors has something, or may have
    bool _delivered = false; ///< anything since the start of this poll() or wait()
    bool _woken = false;     ///< a wake-up was seen by a poll(): the next wait() must not sleep
};

uring_ring::~uring_ring() {
    SEASTAR_ASSERT(_queued.empty() && _done.empty() && _inflight == 0);
    if (_made) {
        // Nothing of anyone else's is in flight. Our own polls end with the ring, which takes its time to go; a clean
        // end lets go of everything before this returns.
        disarm(_wakes);
        disarm(_accepts);
        io_uring_queue_exit(&_ring);
    }
}

/// Tries again at the next call when the queue has no room.
void uring_ring::arm(watch& w, int fd) noexcept {
    if (w.armed) {
        return;
    }
    if (io_uring_sqe* sqe = next_sqe()) {
        io_uring_prep_poll_multishot(sqe, fd, POLLIN);
        io_uring_sqe_set_data64(sqe, w.tag);
        w.armed = true;
    }
}

void uring_ring::disarm(watch& w) noexcept {
    if (!w.armed) {
        return;
    }
    if (io_uring_sqe* sqe = next_sqe()) {
        io_uring_prep_cancel64(sqe, w.tag, 0);
        io_uring_sqe_set_data64(sqe, ignored_tag);
        while (w.armed) {
            enter_and_sleep(never);
            reap();
        }
    }
}

int uring_ring::start(unsigned entries) noexcept {
    int fd = open_eventfd();
    if (fd < 0) {
        return fd;
    }
    _wake.reset(fd);
    int result = _acceptors.start();
    if (result < 0) {
        return result;
    }
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
        IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    params.cq_entries = 4 * entries;
    result = io_uring_queue_init_params(entries, &_ring, &params);
    if (result < 0) {
        return result;
    }
    _made = true;
    constexpr unsigned needed = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_FAST_POLL;
    if ((params.features & needed) != needed) {
        return -ENOSYS;
    }
    io_uring_register_ring_fd(&_ring); // saves the look-up per enter; works without as well
    return _buffers.start(_ring);
}

void uring_ring::prepare(operation& op) noexcept {
    SEASTAR_ASSERT(!op.busy() && op.code() != opcode::none);
    access::state_of(op) = state::queued;
    access::canceled(op) = false;
    access::backend(op) = 0;
    _queued.push_back(op);
}

void uring_ring::cancel(operation& op) noexcept {
    switch (access::state_of(op)) {
    case state::queued:
        _queued.remove(op);
        access::result(op) = -ECANCELED;
        access::state_of(op) = state::done;
        _done.push_back(op);
        return;
    case state::inflight:
        if (op.code() == opcode::accept_stream) {
            _acceptors.remove(static_cast<acceptor&>(op));
            access::result(op) = -ECANCELED;
            access::state_of(op) = state::done;
            _done.push_back(op);
        } else if (!access::canceled(op)) {
            access::canceled(op) = true;
            access::backend(op) |= cancelling;
            _cancels.push_back(op);
        }
        return;
    case state::idle:
    case state::done:
        return;
    }
}

void uring_ring::close(int fd) noexcept {
    ++_counters.syscalls;
    close_fd(fd);
}

bool uring_ring::poll() noexcept {
    _delivered = false;
    finish_done();
    submit();
    if (kernel_has_work()) {
        enter();
    }
    reap();
    return _delivered;
}

void uring_ring::wait(nanoseconds deadline) noexcept {
    _delivered = false;
    finish_done();
    submit();
    bool stay_awake = _delivered || _woken || _accept_ready || !_done.empty() || !_queued.empty() || !_cancels.empty();
    _woken = false;
    if (stay_awake) {
        if (kernel_has_work()) {
            enter();
        }
    } else {
        enter_and_sleep(deadline);
    }
    reap();
    _woken = false;
}

/// A free entry, making room if need be. Null when the kernel takes no more for now.
io_uring_sqe* uring_ring::next_sqe() noexcept {
    io_uring_sqe* sqe = io_uring_get_sqe(&_ring);
    if (!sqe) {
        enter();
        sqe = io_uring_get_sqe(&_ring);
    }
    return sqe;
}

/// Writes requests for all that was prepared and cancelled. Does not enter unless the queue is full.
void uring_ring::submit() noexcept {
    arm(_wakes, _wake.get()); // each write to the eventfd posts an entry, so the counter is never read
    if (!_acceptors.empty()) {
        arm(_accepts, _acceptors.fd());
    }
    while (!_cancels.empty()) {
        io_uring_sqe* sqe = next_sqe();
        if (!sqe) {
            return;
        }
        operation& op = _cancels.pop_front();
        access::backend(op) &= ~cancelling;
        io_uring_prep_cancel(sqe, &op, 0);
        io_uring_sqe_set_data64(sqe, ignored_tag);
    }
    if (lone_send()) {
        send_directly();
    }
    while (!_queued.empty()) {
        if (_queued.front().code() == opcode::accept_stream) {
            start_accepting(static_cast<acceptor&>(_queued.pop_front()));
            continue;
        }
        io_uring_sqe* sqe = next_sqe();
        if (!sqe) {
            return;
        }
        operation& op = _queued.pop_front();
        write_request(*sqe, op);
        io_uring_sqe_set_data(sqe, &op);
        access::state_of(op) = state::inflight;
        ++_inflight;
    }
}

/// Whether a send is all that this turn has for the kernel.
bool uring_ring::lone_send() const noexcept {
    return _queued.size() == 1 && _queued.front().code() == opcode::send && access::backend(_queued.front()) == 0 &&
        !kernel_has_work();
}

/// A system call costs as much as an enter, and less than an enter and a request. The answer of a server with one
/// client is such a send.
void uring_ring::send_directly() noexcept {
    operation& op = _queued.front();
    ++_counters.syscalls;
    auto result = static_cast<int32_t>(send_now(op));
    if (!goes_on(op, result)) {
        ++_counters.sends;
        _queued.remove(op);
        finish(op, result);
    }
}

void uring_ring::start_accepting(acceptor& op) noexcept {
    int result = _acceptors.add(op);
    ++_counters.syscalls;
    if (result < 0) {
        access::result(op) = result;
        access::state_of(op) = state::done;
        _done.push_back(op);
        return;
    }
    access::state_of(op) = state::inflight;
    arm(_accepts, _acceptors.fd());
}

void uring_ring::accept_ready() noexcept {
    _accept_ready = false;
    bool all = _acceptors.take_ready(_counters.syscalls, [this](acceptor& op, int error) { finish(op, error); });
    _delivered = true;
    _accept_ready = !all;
}

void uring_ring::write_request(io_uring_sqe& sqe, operation& op) noexcept {
    int fd = op.fd();
    void* buffer = access::buffer(op);
    auto size = static_cast<unsigned>(std::min(access::size(op), transfer_max));
    auto offset = static_cast<uint64_t>(access::offset(op));
    bool file = (access::backend(op) & as_file) != 0;
    if ((access::backend(op) & polling) != 0) {
        bool writes = op.code() == opcode::send || op.code() == opcode::write;
        io_uring_prep_poll_add(&sqe, fd, writes ? POLLOUT : POLLIN);
        return;
    }
    switch (op.code()) {
    case opcode::poll:
        io_uring_prep_poll_add(&sqe, fd, static_cast<unsigned short>(access::events(op)));
        return;
    case opcode::connect:
        io_uring_prep_connect(&sqe, fd, static_cast<const sockaddr*>(buffer), size);
        return;
    case opcode::receive:
        if (file) {
            io_uring_prep_read(&sqe, fd, buffer, size, uint64_t(-1));
        } else {
            io_uring_prep_recv(&sqe, fd, buffer, size, 0);
        }
        return;
    case opcode::send:
        write_send(sqe, op);
        return;
    case opcode::read:
        io_uring_prep_read(&sqe, fd, buffer, size, offset);
        return;
    case opcode::write:
        io_uring_prep_write(&sqe, fd, buffer, size, offset);
        return;
    case opcode::receive_stream:
        write_stream_receive(sqe, op);
        return;
    case opcode::accept_stream:
    case opcode::none:
        break;
    }
    SEASTAR_ASSERT(false && "no request of the kernel");
}

void uring_ring::write_stream_receive(io_uring_sqe& sqe, operation& op) noexcept {
    if ((access::backend(op) & as_file) != 0) {
        io_uring_prep_read(&sqe, op.fd(), nullptr, buffer_ring::size, uint64_t(-1));
    } else {
        io_uring_prep_recv_multishot(&sqe, op.fd(), nullptr, 0, 0);
    }
    sqe.flags |= IOSQE_BUFFER_SELECT;
    sqe.buf_group = buffer_ring::group;
}

void uring_ring::write_send(io_uring_sqe& sqe, operation& op) noexcept {
    const msghdr& message = access::message(op);
    if ((access::backend(op) & as_file) != 0) {
        io_uring_prep_writev(&sqe, op.fd(), message.msg_iov, static_cast<unsigned>(message.msg_iovlen), uint64_t(-1));
    } else if (auto* piece = access::only_piece(op)) {
        io_uring_prep_send(&sqe, op.fd(), piece->iov_base, std::min(piece->iov_len, transfer_max), MSG_NOSIGNAL);
    } else {
        io_uring_prep_sendmsg(&sqe, op.fd(), &message, MSG_NOSIGNAL);
    }
}

bool uring_ring::kernel_has_work() const noexcept {
    return io_uring_sq_ready(&_ring) != 0 ||
        (IO_URING_READ_ONCE(*_ring.sq.kflags) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

/// Submits and lets the kernel do its deferred work. Errors (EAGAIN, EBUSY: no memory, no room) leave the requests in
/// the queue; the next turn tries again, after having made room.
void uring_ring::enter() noexcept {
    ++_counters.syscalls;
    ++_counters.enters;
    io_uring_submit_and_get_events(&_ring);
}

void uring_ring::enter_and_sleep(nanoseconds deadline) noexcept {
    __kernel_timespec timeout{};
    if (deadline != never) {
        nanoseconds left = deadline - now();
        left = left < 0 ? 0 : left;
        timeout.tv_sec = left / 1'000'000'000;
        timeout.tv_nsec = left % 1'000'000'000;
    }
    ++_counters.syscalls;
    ++_counters.enters;
    ++_counters.waits;
    io_uring_cqe* cqe;
    io_uring_submit_and_wait_timeout(&_ring, &cqe, 1, deadline == never ? nullptr : &timeout, nullptr);
}

/// Delivers the entries that are there now; what callbacks cause comes next time.
void uring_ring::reap() noexcept {
    unsigned count = 0;
    unsigned head;
    io_uring_cqe* cqe;
    io_uring_for_each_cqe(&_ring, head, cqe) {
        completed(*cqe);
        ++count;
    }
    if (count != 0) {
        _buffers.flush();
        io_uring_cq_advance(&_ring, count);
    }
    if (_accept_ready) {
        accept_ready();
    }
}

void uring_ring::finish_done() noexcept {
    for (size_t n = _done.size(); n != 0 && !_done.empty(); --n) {
        operation& op = _done.pop_front();
        finish(op, access::result(op));
    }
}

void uring_ring::completed(const io_uring_cqe& cqe) noexcept {
    bool goes_on = (cqe.flags & IORING_CQE_F_MORE) != 0;
    if (cqe.user_data == wake_tag) {
        _woken = true;
        _wakes.armed = goes_on;
        _counters.wakes += cqe.res > 0;
    } else if (cqe.user_data == accept_tag) {
        _accept_ready = true;
        _accepts.armed = goes_on;
    } else if (cqe.user_data != ignored_tag) {
        completed(*reinterpret_cast<operation*>(cqe.user_data), cqe.res, cqe.flags);
    }
}

/// One entry of one operation.
void uring_ring::completed(operation& op, int32_t result, uint32_t flags) noexcept {
    SEASTAR_ASSERT(access::state_of(op) == state::inflight);
    if (op.code() == opcode::receive_stream && result > 0 && (flags & IORING_CQE_F_BUFFER) != 0) {
        _delivered = true;
        ++_counters.receives;
        static_cast<receiver&>(op).received(_buffers.data(flags >> IORING_CQE_BUFFER_SHIFT),
                                            static_cast<size_t>(result));
    }
    if ((flags & IORING_CQE_F_BUFFER) != 0) {
        _buffers.give_back(flags >> IORING_CQE_BUFFER_SHIFT);
    }
    if ((flags & IORING_CQE_F_MORE) != 0) {
        return;
    }
    --_inflight;
    if ((access::backend(op) & cancelling) != 0) {
        _cancels.remove(op);
        access::backend(op) &= ~cancelling;
    }
    if (!goes_on(op, result)) {
        _counters.sends += op.code() == opcode::send;
        _counters.receives += op.code() == opcode::receive && result > 0;
        finish(op, result);
    } else if (access::canceled(op)) {
        finish(op, -ECANCELED);
    } else {
        access::state_of(op) = state::queued;
        _queued.push_back(op);
    }
}

/// After the last entry of a request: whether the operation needs another one, and of which kind.
bool uring_ring::goes_on(operation& op, int32_t result) noexcept {
    uint32_t& how = access::backend(op);
    if ((how & polling) != 0) {
        how &= ~polling;
        return result >= 0;
    }
    bool receives_stream = op.code() == opcode::receive_stream;
    bool moves_bytes = op.code() == opcode::receive || op.code() == opcode::send || receives_stream;
    switch (result) {
    case -EINTR:
        return true;
    case -EAGAIN:
        if (op.code() == opcode::connect) {
            return false; // a local socket whose listener has no room
        }
        how |= polling;
        return true;
    case -ENOTSOCK:
        if (!moves_bytes || (how & as_file) != 0) {
            return false;
        }
        how |= as_file;
        return true;
    case -ENOBUFS:
        return receives_stream;
    default:
        return receives_stream && result > 0;
    }
}

/// Requires: op is in no list and the kernel does not have it.
void uring_ring::finish(operation& op, int32_t result) noexcept {
    access::state_of(op) = state::idle;
    _delivered = true;
    op.complete(result);
}

}

std::unique_ptr<ring> make_uring_ring(unsigned entries, int& error) noexcept {
    std::unique_ptr<uring_ring> made(new (std::nothrow) uring_ring);
    error = made ? made->start(entries) : -ENOMEM;
    return error == 0 ? std::move(made) : nullptr;
}

}
