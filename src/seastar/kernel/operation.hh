/// What a shard asks of the kernel: one struct per operation, owned by the caller, linked by the ring while it is in
/// flight. No heap, no futures. A ring (ring.hh) carries operations out; io/ and net/ build futures on top.
#pragma once

#include <seastar/util/assert.hh>

#include <cstddef>
#include <cstdint>
#include <sys/socket.h>
#include <sys/uio.h>

namespace seastar::kernel {

enum class opcode : uint8_t {
    none,
    poll,           ///< readiness of fd for `events` (POLLIN ...), once; result: the events that came
    connect,        ///< fd, address; result: 0
    receive,        ///< fd, buffer, size > 0; result: bytes, 0 at the end of the stream. Pipes, eventfds ... too
    send,           ///< fd, message; result: bytes that the socket took (may be fewer than asked for)
    read,           ///< fd, buffer, size, offset (-1: current position); result: bytes
    write,          ///< fd, buffer, size, offset; result: bytes
    receive_stream, ///< fd; receiver::received() for each piece until the end, an error, or cancel()
    accept_stream,  ///< fd; acceptor::accepted() for each connection until an error or cancel()
};

/// One operation in the kernel. Owned by the caller; must stay where it is from ring::prepare() until complete().
/// Shard: prepared, completed and destroyed on the ring's shard.
/// Invariant: known to the ring (busy()) from prepare() until just before complete(); complete() may prepare it again
/// or destroy it.
class operation {
public:
    operation() = default;
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;

    /// Called from ring::poll() or ring::wait(), never from prepare(): what the opcode says, or -errno (-ECANCELED
    /// after ring::cancel()). Runs on the shard, must not throw, must not call ring::poll() or ring::wait().
    virtual void complete(int32_t result) noexcept = 0;

    bool busy() const noexcept { return _state != state::idle; }
    opcode code() const noexcept { return _opcode; }
    int fd() const noexcept { return _fd; }

    // Requests. Requires: not busy. Pointers must stay valid until complete().
    void set_poll(int fd, short events) noexcept { set(opcode::poll, fd); _events = events; }
    void set_connect(int fd, const sockaddr* address, socklen_t length) noexcept {
        set(opcode::connect, fd);
        _buffer = const_cast<sockaddr*>(address);
        _size = length;
    }
    void set_receive(int fd, void* buffer, size_t size) noexcept {
        set(opcode::receive, fd);
        _buffer = buffer;
        _size = size;
    }
    /// MSG_NOSIGNAL is added. The msghdr, its iovecs and the bytes stay valid until complete().
    void set_send(int fd, const msghdr* message) noexcept {
        set(opcode::send, fd);
        _buffer = const_cast<msghdr*>(message);
    }
    void set_read(int fd, void* buffer, size_t size, int64_t offset) noexcept {
        set(opcode::read, fd);
        _buffer = buffer;
        _size = size;
        _offset = offset;
    }
    void set_write(int fd, const void* buffer, size_t size, int64_t offset) noexcept {
        set(opcode::write, fd);
        _buffer = const_cast<void*>(buffer);
        _size = size;
        _offset = offset;
    }

protected:
    ~operation() { SEASTAR_ASSERT(!busy()); }
    void set(opcode code, int fd) noexcept {
        SEASTAR_ASSERT(!busy());
        _opcode = code;
        _fd = fd;
    }

private:
    friend struct operation_access;
    enum class state : uint8_t {
        idle,     ///< the caller's alone
        queued,   ///< prepared, not yet seen by the kernel
        inflight, ///< the kernel (or the backend's table of waiters) has it
        done,     ///< finished, complete() not yet called
    };
    // What is asked for; fixed from prepare() to complete().
    opcode _opcode = opcode::none;
    state _state = state::idle;
    bool _canceled = false;
    short _events = 0;
    int _fd = -1;
    void* _buffer = nullptr;
    size_t _size = 0;
    int64_t _offset = -1;
    // The backend's.
    operation* _next = nullptr;
    operation* _prev = nullptr;
    int32_t _result = 0;
    uint32_t _backend = 0;
};

/// Receives a stream in pieces, as long as it is armed. Pieces may still come between cancel() and complete().
class receiver : public operation {
public:
    /// `data` is the ring's and valid during the call only: copy what must stay. size > 0. Same rules as complete().
    virtual void received(const char* data, size_t size) noexcept = 0;
    // complete(0): the peer ended the stream; -ECANCELED: cancelled; else -errno. ENOBUFS never comes here.
    void set_receive_stream(int fd) noexcept { set(opcode::receive_stream, fd); }

protected:
    ~receiver() = default;
};

/// Accepts connections as long as it is armed. The descriptors are non-blocking and close-on-exec, and the callee's.
class acceptor : public operation {
public:
    virtual void accepted(int fd) noexcept = 0;
    // complete(): -ECANCELED, or what accept4(2) said (EMFILE, ENFILE, ENOMEM ...); errors of one connection, such as
    // ECONNABORTED, are passed over. After EMFILE the connections still wait: prepare it again when there is room.
    void set_accept_stream(int fd) noexcept { set(opcode::accept_stream, fd); }

protected:
    ~acceptor() = default;
};

/// How the backends, and only they, reach an operation's private part.
struct operation_access {
    using state = operation::state;
    static state& state_of(operation& o) noexcept { return o._state; }
    static state state_of(const operation& o) noexcept { return o._state; }
    static bool& canceled(operation& o) noexcept { return o._canceled; }
    static bool canceled(const operation& o) noexcept { return o._canceled; }
    static short events(const operation& o) noexcept { return o._events; }
    static void* buffer(const operation& o) noexcept { return o._buffer; }
    static const msghdr& message(const operation& o) noexcept { return *static_cast<const msghdr*>(o._buffer); }
    /// The bytes of a send that is nothing else, so that send(2) does, which costs less than sendmsg(2); or null.
    static const iovec* only_piece(const operation& o) noexcept {
        const msghdr& m = message(o);
        return m.msg_iovlen == 1 && !m.msg_name && !m.msg_control ? m.msg_iov : nullptr;
    }
    static size_t size(const operation& o) noexcept { return o._size; }
    static int64_t offset(const operation& o) noexcept { return o._offset; }
    static operation*& next(operation& o) noexcept { return o._next; }
    static operation*& prev(operation& o) noexcept { return o._prev; }
    static int32_t& result(operation& o) noexcept { return o._result; }
    static uint32_t& backend(operation& o) noexcept { return o._backend; }
};

}
