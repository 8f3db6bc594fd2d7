/// A connected socket of the kernel, or one end of a pipe: reads ahead through one receive stream, sends through one
/// gathered send at a time. Shared by the connected_socket and its two streams; closed when the last of them is gone
/// and the kernel has let go.
#pragma once

#include <seastar/core/circular_buffer.hh>
#include <seastar/core/future.hh>
#include <seastar/core/temporary_buffer.hh>
#include <seastar/net/socket_defs.hh>

#include "kernel/operation.hh"
#include "net/posix/shard_list.hh"

#include <memory>
#include <span>
#include <vector>

namespace seastar::net::posix {

class listener_state;

/// Counts its holders. Shard: the one that made it.
class connection final {
public:
    /// Takes the descriptor over. `listener`, if given, counts the connection until it is closed.
    connection(int fd, unsigned holders, std::shared_ptr<listener_state> listener);
    connection(const connection&) = delete;

    void hold() noexcept { ++_holders; }
    /// The last one closes the socket; operations in the kernel are cancelled first, what was not sent is lost.
    void release() noexcept;

    /// One at a time. Empty at the end.
    future<temporary_buffer<char>> get() noexcept;
    /// Set once get() has met the end.
    const bool* end_flag() const noexcept { return &_end_met; }
    /// One at a time. The buffers are moved from.
    future<> put(std::span<temporary_buffer<char>> data) noexcept;
    /// Resolves when a send that is under way is done, then tells the peer that nothing follows.
    future<> close_output() noexcept;
    void shutdown(int how) noexcept;
    future<> input_ended() noexcept;
    void set_read_ahead(size_t bytes) noexcept { _read_ahead_max = bytes; }

    int fd() const noexcept { return _fd; }

    /// Part of stopping a shard: closes the socket as soon as the kernel lets go, whoever holds it, and leaves futures
    /// that wait as they are. See shutdown.hh.
    void abandon() noexcept;
    bool busy() const noexcept { return _input.busy() || _output.busy(); }

private:
    friend class shard_list<connection>;
    struct input final : kernel::receiver {
        connection& owner;
        explicit input(connection& c) noexcept : owner(c) {}
        void received(const char* data, size_t size) noexcept override { owner.received(data, size); }
        void complete(int32_t result) noexcept override { owner.receive_ended(result); }
    };
    struct output final : kernel::operation {
        connection& owner;
        explicit output(connection& c) noexcept : owner(c) {}
        void complete(int32_t result) noexcept override { owner.sent(result); }
    };
    ~connection();
    void received(const char* data, size_t size) noexcept;
    void receive_ended(int32_t result) noexcept;
    void arm_input() noexcept;
    void sent(int32_t result) noexcept;
    void send_next() noexcept;
    void send_finished(int32_t error) noexcept; ///< -errno, or 0
    void cancel_all() noexcept;
    void close_when_idle() noexcept;
    bool unwanted() const noexcept { return _holders == 0 || _abandoned; }

    int _fd; // -1: closed
    unsigned _holders;
    bool _abandoned = false;
    std::shared_ptr<listener_state> _listener;
    connection* _next = nullptr; // of the shard's list
    connection* _prev = nullptr;

    // Input. The stream is armed by the first get() and stays so until _read_ahead_max bytes wait to be read.
    input _input{*this};
    circular_buffer<temporary_buffer<char>> _pieces;
    size_t _read_ahead = 0;
    size_t _read_ahead_max = 128 * 1024;
    bool _pausing = false;
    bool _ended = false;
    bool _end_met = false;
    int32_t _input_error = 0;
    bool _getting = false;
    internal::promise_base_with_type<temporary_buffer<char>> _get;
    std::vector<promise<>> _end_waiters;

    // Output.
    output _output{*this};
    std::vector<temporary_buffer<char>> _sending;
    std::vector<iovec> _iovecs; // of _sending, from the first byte that was not sent
    size_t _first_iovec = 0;
    msghdr _message{};
    internal::promise_base_with_type<void> _put;
    std::vector<promise<>> _idle_waiters;
};

// Parts of shutdown.hh.
void abandon_connections() noexcept;
bool connections_busy() noexcept;

/// A holder.
class connection_ptr {
    connection* _c = nullptr;

public:
    connection_ptr() = default;
    /// Takes over one count.
    explicit connection_ptr(connection* c) noexcept : _c(c) {}
    connection_ptr(const connection_ptr& o) noexcept : _c(o._c) {
        if (_c) {
            _c->hold();
        }
    }
    connection_ptr(connection_ptr&& o) noexcept : _c(std::exchange(o._c, nullptr)) {}
    connection_ptr& operator=(connection_ptr o) noexcept {
        std::swap(_c, o._c);
        return *this;
    }
    ~connection_ptr() {
        if (_c) {
            _c->release();
        }
    }
    connection* operator->() const noexcept { return _c; }
    explicit operator bool() const noexcept { return _c != nullptr; }
};

}
