#include "net/posix/connection.hh"

#include "kernel/sockets.hh"
#include "loop/shard.hh"
#include "net/posix/listener_registry.hh"
#include "net/posix/socket_counters.hh"
#include "net/posix/socket_error.hh"

#include <algorithm>
#include <climits>

namespace seastar::net::posix {

namespace {

// Pieces of a few bytes cost more than their size.
constexpr size_t piece_overhead = 128;

void wake_all(std::vector<promise<>>& waiters) noexcept {
    if (!waiters.empty()) {
        for (auto& w : std::exchange(waiters, {})) {
            w.set_value();
        }
    }
}

}

namespace {
constinit thread_local shard_list<connection> connections; // of this shard, for the way out
}

void abandon_connections() noexcept {
    connections.for_each([](connection& c) { c.abandon(); });
}

bool connections_busy() noexcept {
    return connections.find([](connection& c) { return c.busy(); });
}

connection::connection(int fd, unsigned holders, std::shared_ptr<listener_state> listener)
    : _fd(fd), _holders(holders), _listener(std::move(listener)) {
    connections.add(*this);
    ++counters().opened;
}

connection::~connection() {
    connections.remove(*this);
    ++counters().closed;
    if (_listener) {
        _listener->connection_closed();
    }
}

void connection::release() noexcept {
    if (--_holders == 0) {
        cancel_all();
        close_when_idle();
    }
}

void connection::abandon() noexcept {
    _abandoned = _ended = true;
    cancel_all();
    close_when_idle();
}

void connection::cancel_all() noexcept {
    if (_input.busy()) {
        loop::this_shard().ring().cancel(_input);
    }
    if (_output.busy()) {
        loop::this_shard().ring().cancel(_output);
    }
}

/// Called whenever an operation has ended and nobody wants the connection any more.
void connection::close_when_idle() noexcept {
    if (busy()) {
        return;
    }
    if (_fd >= 0) {
        loop::this_shard().ring().close(std::exchange(_fd, -1));
    }
    if (_holders == 0) {
        delete this;
    }
}

void connection::shutdown(int how) noexcept {
    if (_fd >= 0) {
        kernel::shutdown_socket(_fd, how); // fails if the peer has closed: then there is nothing to do
    }
}

// ---- input

void connection::arm_input() noexcept {
    if (!_input.busy() && !_ended) {
        _pausing = false;
        _input.set_receive_stream(_fd);
        loop::this_shard().ring().prepare(_input);
    }
}

future<temporary_buffer<char>> connection::get() noexcept {
    if (!_pieces.empty()) {
        auto piece = std::move(_pieces.front());
        _pieces.pop_front();
        _read_ahead -= piece.size() + piece_overhead;
        if (_read_ahead <= _read_ahead_max / 2) {
            arm_input();
        }
        return make_ready_future<temporary_buffer<char>>(std::move(piece));
    }
    if (_ended && _input_error) {
        return make_exception_future<temporary_buffer<char>>(socket_error(std::exchange(_input_error, 0), "receive"));
    }
    if (_ended) {
        _end_met = true;
        return make_ready_future<temporary_buffer<char>>();
    }
    SEASTAR_ASSERT(!_getting && "two reads of one connection at a time");
    arm_input();
    _getting = true;
    return internal::future_of(_get);
}

void connection::received(const char* data, size_t size) noexcept {
    if (unwanted() || _input_error) {
        return;
    }
    try {
        temporary_buffer<char> piece(data, size);
        if (_getting) {
            _getting = false;
            _get.set_value(std::move(piece));
            return;
        }
        _pieces.push_back(std::move(piece));
    } catch (const std::bad_alloc&) {
        _input_error = -ENOMEM; // bytes are lost, so the stream ends here
        loop::this_shard().ring().cancel(_input);
        return;
    }
    _read_ahead += size + piece_overhead;
    if (_read_ahead >= _read_ahead_max && !_pausing) {
        _pausing = true;
        loop::this_shard().ring().cancel(_input);
    }
}

void connection::receive_ended(int32_t result) noexcept {
    if (unwanted()) {
        close_when_idle();
        return;
    }
    if (result == -ECANCELED && _pausing && !_input_error) {
        _pausing = false;
        if (_getting || _read_ahead <= _read_ahead_max / 2) {
            arm_input();
        }
        return;
    }
    _ended = true;
    if (!_input_error) {
        _input_error = result < 0 ? result : 0;
    }
    if (_getting) {
        _getting = false;
        if (_input_error) {
            _get.set_exception(socket_error(std::exchange(_input_error, 0), "receive"));
        } else {
            _end_met = true;
            _get.set_value(temporary_buffer<char>());
        }
    }
    wake_all(_end_waiters);
}

future<> connection::input_ended() noexcept {
    if (_ended) {
        return make_ready_future<>();
    }
    try {
        _end_waiters.emplace_back();
    } catch (...) {
        return current_exception_as_future();
    }
    arm_input();
    return _end_waiters.back().get_future();
}

// ---- output

future<> connection::put(std::span<temporary_buffer<char>> data) noexcept {
    SEASTAR_ASSERT(_sending.empty() && "two writes of one connection at a time");
    if (_abandoned) {
        return make_exception_future<>(socket_error(-ECANCELED, "send"));
    }
    try {
        _iovecs.clear();
        for (auto& b : data) {
            if (!b.empty()) {
                _iovecs.push_back({b.get_write(), b.size()});
                _sending.push_back(std::move(b));
            }
        }
    } catch (...) {
        _sending.clear();
        return current_exception_as_future();
    }
    if (_sending.empty()) {
        return make_ready_future<>();
    }
    _first_iovec = 0;
    auto f = internal::future_of(_put);
    send_next();
    return f;
}

void connection::send_next() noexcept {
    _message.msg_iov = _iovecs.data() + _first_iovec;
    _message.msg_iovlen = std::min<size_t>(_iovecs.size() - _first_iovec, IOV_MAX);
    _output.set_send(_fd, &_message);
    loop::this_shard().ring().prepare(_output);
}

void connection::sent(int32_t result) noexcept {
    if (unwanted()) {
        close_when_idle();
        return;
    }
    if (result < 0) {
        send_finished(result);
        return;
    }
    auto left = static_cast<size_t>(result);
    while (left > 0 && left >= _iovecs[_first_iovec].iov_len) {
        left -= _iovecs[_first_iovec++].iov_len;
    }
    if (_first_iovec == _iovecs.size()) {
        send_finished(0);
        return;
    }
    auto& partial = _iovecs[_first_iovec];
    partial.iov_base = static_cast<char*>(partial.iov_base) + left;
    partial.iov_len -= left;
    send_next();
}

void connection::send_finished(int32_t error) noexcept {
    _sending.clear();
    if (error) {
        _put.set_exception(socket_error(error, "send"));
    } else {
        _put.set_value();
    }
    wake_all(_idle_waiters);
}

future<> connection::close_output() noexcept {
    if (_sending.empty()) {
        shutdown(SHUT_WR);
        return make_ready_future<>();
    }
    try {
        _idle_waiters.emplace_back();
    } catch (...) {
        return current_exception_as_future();
    }
    return _idle_waiters.back().get_future().then([self = connection_ptr((hold(), this))] { self->shutdown(SHUT_WR); });
}

}
