/// The second yardstick: the same echo server over bare io_uring, set up as well as we know: one issuer with deferred
/// task work, a registered ring descriptor, multishot accept into registered files, multishot receive from a ring of
/// provided buffers, and everything that a turn starts handed over in the one io_uring_enter that waits for the next.
///
/// A connection may not end before its receive and its send have; see `retire`. Needs Linux 6.1.
#include "../common/listener.hh"
#include "frame.hh"

#include <liburing.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

namespace bench {
namespace {

constexpr unsigned connections_max = 4096;
constexpr unsigned submissions = 1024;
constexpr unsigned buffer_count = 256; // a power of two; one turn rarely has more receives
constexpr unsigned buffer_bytes = 8 * 1024;
constexpr int buffer_group = 0;

enum class kind : uint64_t { accept, receive, send, shutdown, close };

/// Lives in the slot of its registered file.
struct connection {
    std::vector<char> partial; ///< the start of a frame whose end has not arrived
    std::vector<char> replies; ///< of this turn, or waiting for the send in flight
    std::vector<char> outgoing;
    size_t sent = 0; ///< bytes of outgoing
    bool receiving = false;
    bool sending = false;
    bool ending = false;
    bool touched = false; ///< is in server::_touched
};

class server {
public:
    explicit server(int listener);
    server(const server&) = delete;
    [[noreturn]] void run();

private:
    io_uring_sqe* prepare(kind what, unsigned slot);
    void start_accept();
    void start_receive(unsigned slot);
    void start_send(unsigned slot);
    void dispatch(const io_uring_cqe& cqe);
    void accepted(const io_uring_cqe& cqe);
    void received(unsigned slot, const io_uring_cqe& cqe);
    void answer(connection& c, char* data, size_t bytes);
    void end(unsigned slot);
    void retire(unsigned slot);
    void touch(unsigned slot);
    void finish_turn();

    const int _listener;
    bool _accepting = false;
    io_uring _ring;
    io_uring_buf_ring* _buffer_ring = nullptr;
    int _buffers_returned = 0; ///< in this turn, not yet visible to the kernel
    std::vector<char> _buffers = std::vector<char>(size_t(buffer_count) * buffer_bytes);
    std::vector<connection> _connections = std::vector<connection>(connections_max);
    std::vector<unsigned> _touched;
};

void check(int result, const char* what) {
    if (result < 0) {
        errno = -result;
        die(what);
    }
}

server::server(int listener) : _listener(listener) {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    params.cq_entries = 4 * submissions;
    check(io_uring_queue_init_params(submissions, &_ring, &params), "io_uring_queue_init_params");
    check(io_uring_register_ring_fd(&_ring), "io_uring_register_ring_fd");
    check(io_uring_register_files_sparse(&_ring, connections_max), "io_uring_register_files_sparse");

    void* memory = nullptr;
    check(-posix_memalign(&memory, 4096, buffer_count * sizeof(io_uring_buf)), "posix_memalign");
    _buffer_ring = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<uint64_t>(memory);
    registration.ring_entries = buffer_count;
    registration.bgid = buffer_group;
    io_uring_buf_ring_init(_buffer_ring);
    check(io_uring_register_buf_ring(&_ring, &registration, 0), "io_uring_register_buf_ring");
    for (unsigned i = 0; i < buffer_count; ++i) {
        io_uring_buf_ring_add(_buffer_ring, _buffers.data() + size_t(i) * buffer_bytes, buffer_bytes,
                              static_cast<unsigned short>(i), io_uring_buf_ring_mask(buffer_count), int(i));
    }
    io_uring_buf_ring_advance(_buffer_ring, buffer_count);
}

io_uring_sqe* server::prepare(kind what, unsigned slot) {
    io_uring_sqe* sqe = io_uring_get_sqe(&_ring);
    if (!sqe) { // more than `submissions` in one turn
        check(io_uring_submit(&_ring), "io_uring_submit");
        sqe = io_uring_get_sqe(&_ring);
    }
    // The helpers of liburing leave user_data as it is.
    sqe->user_data = uint64_t(slot) << 8 | uint64_t(what);
    return sqe;
}

void server::start_accept() {
    io_uring_prep_multishot_accept_direct(prepare(kind::accept, 0), _listener, nullptr, nullptr, 0);
    _accepting = true;
}

void server::start_receive(unsigned slot) {
    io_uring_sqe* sqe = prepare(kind::receive, slot);
    io_uring_prep_recv_multishot(sqe, int(slot), nullptr, 0, 0);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    sqe->buf_group = buffer_group;
    _connections[slot].receiving = true;
}

void server::start_send(unsigned slot) {
    connection& c = _connections[slot];
    io_uring_sqe* sqe = prepare(kind::send, slot);
    io_uring_prep_send(sqe, int(slot), c.outgoing.data() + c.sent, c.outgoing.size() - c.sent, MSG_NOSIGNAL);
    sqe->flags |= IOSQE_FIXED_FILE;
    c.sending = true;
}

void server::accepted(const io_uring_cqe& cqe) {
    _accepting = cqe.flags & IORING_CQE_F_MORE;
    if (cqe.res >= 0) {
        start_receive(unsigned(cqe.res));
    } else if (cqe.res == -ENFILE) {
        return; // every slot is taken: goes on when one is closed
    } else if (cqe.res != -ECONNABORTED) {
        check(cqe.res, "accept");
    }
    if (!_accepting) {
        start_accept();
    }
}

void server::received(unsigned slot, const io_uring_cqe& cqe) {
    connection& c = _connections[slot];
    c.receiving = cqe.flags & IORING_CQE_F_MORE;
    if (cqe.flags & IORING_CQE_F_BUFFER) {
        const unsigned id = cqe.flags >> IORING_CQE_BUFFER_SHIFT;
        char* data = _buffers.data() + size_t(id) * buffer_bytes;
        if (cqe.res > 0 && !c.ending) {
            answer(c, data, size_t(cqe.res));
        }
        io_uring_buf_ring_add(_buffer_ring, data, buffer_bytes, static_cast<unsigned short>(id),
                              io_uring_buf_ring_mask(buffer_count), _buffers_returned++);
    }
    if (cqe.res <= 0 && cqe.res != -ENOBUFS) {
        c.ending = true;
    }
    if (c.ending) {
        end(slot);
    } else if (!c.receiving) {
        start_receive(slot); // out of buffers, say: they are back before the kernel sees this
    }
    touch(slot);
}

void server::answer(connection& c, char* data, size_t bytes) {
    if (!c.partial.empty()) {
        c.partial.insert(c.partial.end(), data, data + bytes);
        data = c.partial.data();
        bytes = c.partial.size();
    }
    const size_t answered = answer_frames(data, bytes);
    if (answered == malformed) {
        c.ending = true;
        return;
    }
    c.replies.insert(c.replies.end(), data, data + answered);
    if (c.partial.empty()) {
        c.partial.assign(data + answered, data + bytes);
    } else {
        c.partial.erase(c.partial.begin(), c.partial.begin() + ptrdiff_t(answered));
    }
}

void server::end(unsigned slot) {
    connection& c = _connections[slot];
    c.ending = true;
    if (c.receiving) { // makes the receive end, too
        io_uring_sqe* sqe = prepare(kind::shutdown, slot);
        io_uring_prep_shutdown(sqe, int(slot), SHUT_RDWR);
        sqe->flags |= IOSQE_FIXED_FILE;
    }
}

void server::retire(unsigned slot) {
    _connections[slot] = connection();
    io_uring_prep_close_direct(prepare(kind::close, slot), slot);
}

void server::touch(unsigned slot) {
    if (!_connections[slot].touched) {
        _connections[slot].touched = true;
        _touched.push_back(slot);
    }
}

void server::dispatch(const io_uring_cqe& cqe) {
    const unsigned slot = unsigned(cqe.user_data >> 8);
    connection& c = _connections[slot];
    switch (kind(cqe.user_data & 0xff)) {
    case kind::accept:
        accepted(cqe);
        break;
    case kind::receive:
        received(slot, cqe);
        break;
    case kind::send:
        c.sending = false;
        if (cqe.res < 0) {
            end(slot);
        } else {
            c.sent += size_t(cqe.res);
        }
        touch(slot);
        break;
    case kind::shutdown:
        break;
    case kind::close:
        check(cqe.res, "close");
        if (!_accepting) {
            start_accept();
        }
        break;
    }
}

/// Starts one send for every connection that has something to send and none in flight; closes those that are done.
void server::finish_turn() {
    for (unsigned slot : _touched) {
        connection& c = _connections[slot];
        c.touched = false;
        if (c.sending) {
            continue;
        }
        if (c.ending) {
            if (!c.receiving) {
                retire(slot);
            }
            continue;
        }
        if (c.sent == c.outgoing.size()) {
            c.sent = 0;
            c.outgoing.clear();
            c.outgoing.swap(c.replies);
        }
        if (!c.outgoing.empty()) {
            start_send(slot);
        }
    }
    _touched.clear();
    io_uring_buf_ring_advance(_buffer_ring, _buffers_returned);
    _buffers_returned = 0;
}

void server::run() {
    start_accept();
    for (;;) {
        const int result = io_uring_submit_and_wait(&_ring, 1);
        if (result < 0 && result != -EINTR) {
            check(result, "io_uring_submit_and_wait");
        }
        unsigned head = 0;
        unsigned count = 0;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&_ring, head, cqe) {
            dispatch(*cqe);
            ++count;
        }
        io_uring_cq_advance(&_ring, count);
        finish_turn();
    }
}

}
}

int main(int argc, char** argv) {
    bench::server server(bench::open_listener(argc, argv));
    server.run();
}
