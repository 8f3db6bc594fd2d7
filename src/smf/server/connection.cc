/// See connection.hh for the life of a request.
#include "connection.hh"

#include "smf/wire/empty_table.hh"

#include <smf/checksum.h>
#include <smf/rpc_error.h>

#include <seastar/core/preempt.hh>

#include <algorithm>

namespace smf {

namespace {

/// How long the peer may take to see our last reply before the socket is closed.
constexpr std::chrono::seconds linger_time(1);
constexpr std::chrono::seconds idle_timeout_when_short(2);

uint32_t status_of(const std::exception_ptr& ex) noexcept {
    try {
        std::rethrow_exception(ex);
    } catch (const rpc_error& e) {
        return e.status();
    } catch (...) {
        return 500;
    }
}

}

server_connection::server_connection(serving_state& server, keeper& k, seastar::connected_socket socket,
                                     const seastar::socket_address& peer, size_t i)
    : index(i), _server(server), _keeper(k), _socket(std::move(socket)), _in(_socket.input().detach()),
      _out(_socket.output().detach(), server.chunks, *this), _peer(peer), _waiting_since(clock::now()) {}

// Reading.

/// Takes pieces and parses them until there is nothing to take or something to wait for.
void server_connection::read() noexcept {
    try {
        while (parse()) {
            auto f = _in.get();
            if (!f.available()) {
                _reading = true;
                (void)std::move(f).then_wrapped([this](seastar::future<seastar::temporary_buffer<char>> f) {
                    _reading = false;
                    if (took(std::move(f))) {
                        read();
                    } else {
                        maybe_finish();
                    }
                });
                return;
            }
            if (!took(std::move(f))) {
                break;
            }
        }
    } catch (...) {
        abort(close_reason::out_of_memory); // nothing else is thrown here
    }
    maybe_finish();
}

/// True if the next piece is wanted.
bool server_connection::parse() {
    while (!_input_done) {
        if (_lingering) {
            return true;
        }
        if (!_reader.in_frame()) { // what a frame in hand needs is reserved
            if (seastar::need_preempt()) {
                _queued = true;
                seastar::schedule(this);
                return false;
            }
            if (must_pause()) {
                _paused = true;
                return false;
            }
        }
        switch (_reader.next()) {
        case frame_reader::step::need_piece:
            if (auto part = _reader.stopped_in();
                part != _waiting_for || _reader.frames() != _waiting_frame || part == frame_reader::part::none) {
                _waiting_since = clock::now();
                _waiting_for = part;
                _waiting_frame = _reader.frames();
                _waiting_received = part == frame_reader::part::body ? _reader.body_received() : 0;
            }
            return true;
        case frame_reader::step::header:
            if (!on_header()) {
                return false;
            }
            break;
        case frame_reader::step::frame:
            on_frame();
            break;
        }
    }
    return false;
}

/// False at the end of the stream.
bool server_connection::took(seastar::future<seastar::temporary_buffer<char>> f) noexcept {
    if (f.failed()) {
        f.ignore_ready_future();
        abort(close_reason::reset);
        return false;
    }
    auto piece = f.get();
    if (piece.empty()) {
        auto part = _reader.stopped_in();
        input_ended(_lingering                           ? close_reason::too_large
                    : part == frame_reader::part::none ? close_reason::peer_left
                                                       : close_reason::truncated);
        return false;
    }
    _server.stats.incoming_bytes += piece.size();
    if (!_lingering) {
        _reader.add(std::move(piece));
    }
    return true;
}

bool server_connection::must_pause() const noexcept {
    auto& args = _server.args;
    return _running >= args.connection_requests_max || _out.unsent() >= args.connection_unsent_max ||
           _request_memory + _out.unsent() >= args.connection_memory_max;
}

void server_connection::resume() noexcept {
    if (_paused && !_queued && !must_pause()) {
        _paused = false;
        // The time of the pause was ours, not the peer's.
        _waiting_since = clock::now();
        _waiting_received = _waiting_for == frame_reader::part::body ? _reader.body_received() : 0;
        _queued = true;
        seastar::schedule(this);
    }
}

void server_connection::run_and_dispose() noexcept {
    _queued = false;
    if (_finishing) {
        finish();
    } else {
        read();
    }
}

/// False if there is something to wait for.
bool server_connection::on_header() {
    auto& h = _reader.header();
    _method = _server.router.get_handle_for_request(h.meta());
    auto outcome = check_request(h, _server.body_size_max, _method != nullptr);
    if (outcome != frame_outcome::good) [[unlikely]] {
        return turn_down(outcome);
    }
    if (_server.stopping || _server.busy()) {
        ++_server.stats.refused_requests;
        _refusal = _server.stopping ? 503 : 429;
        _reader.skip_body();
        return true;
    }
    _reserved = request_overhead + h.size();
    if (!_server.memory.reserve(_reserved, *this)) {
        _wants_memory = true;
        return false;
    }
    _request_memory += _reserved;
    _reader.take_body();
    return true;
}

/// The same for a frame that reaches no method: it gets an error reply, once its body has passed, or none.
bool server_connection::turn_down(frame_outcome outcome) noexcept {
    auto& h = _reader.header();
    switch (outcome) {
    case frame_outcome::bad_compression:
        _server.log.warn("bytes that are no frame", _peer);
        abort(close_reason::bad_compression);
        return false;
    case frame_outcome::too_large:
        ++_server.stats.too_large_requests;
        send_empty(h.session(), status_of(outcome));
        _lingering = true;
        return true;
    case frame_outcome::no_route:
        ++_server.stats.no_route_requests;
        break;
    default:
        ++_server.stats.bad_requests;
    }
    _refusal = status_of(outcome);
    _reader.skip_body();
    return true;
}

void server_connection::memory_granted() noexcept {
    _wants_memory = false;
    _request_memory += _reserved;
    try {
        _reader.take_body();
    } catch (...) {
        return abort(close_reason::out_of_memory);
    }
    _waiting_since = clock::now();
    _queued = true;
    seastar::schedule(this);
}

void server_connection::on_frame() {
    auto& h = _reader.header();
    if (_refusal) {
        return send_empty(h.session(), std::exchange(_refusal, 0));
    }
    // What may throw comes first: the reservation is still the connection's.
    rpc_recv_context c(_peer, h, _reader.body());
    request r{_method, clock::now(), 0, h.session(), {}};
    if (_server.args.handler_timeout.count() > 0) {
        r.limit = seastar::make_lw_shared<deadline>(deadline{r.begin + _server.args.handler_timeout, r.session});
        _deadlines.push_back(r.limit);
    }
    r.memory = std::exchange(_reserved, 0);
    ++_running;
    ++_server.stats.running_requests;
    if (rpc_checksum_payload(c.payload.get(), c.payload.size()) != h.checksum()) {
        return refuse(r, frame_outcome::bad_checksum);
    }
    if (!is_compressed(h)) {
        c.header.mutate_compression(rpc::compression_flags::compression_flags_none); // "disabled" says no more
    }
    if (_server.incoming_filters.empty()) {
        execute(std::move(r), std::move(c));
    } else {
        filter(std::move(r), std::move(c));
    }
}

void server_connection::input_ended(close_reason why) noexcept {
    _input_done = true;
    if (!_reason) {
        _reason = why;
    }
    if (_wants_memory) {
        _server.memory.forget(*this);
        _wants_memory = false;
        _reserved = 0;
    } else if (_reserved) { // for a body that will not come whole
        _request_memory -= _reserved;
        _server.memory.release(std::exchange(_reserved, 0));
    }
}

// Requests.

void server_connection::filter(request&& r, rpc_recv_context&& c) noexcept {
    (void)_server.incoming(std::move(c))
        .then_wrapped([this, r = std::move(r)](seastar::future<rpc_recv_context> f) mutable {
            if (f.failed()) {
                return fail(r, f.get_exception());
            }
            auto c = f.get();
            charge_filtered(r, c.payload.size());
            execute(std::move(r), std::move(c));
        });
}

/// A body that a filter expanded counts as what it is now. It is there already, so it does not wait for its memory;
/// whoever comes next does.
void server_connection::charge_filtered(request& r, size_t body_size) noexcept {
    auto needed = request_overhead + body_size;
    if (needed > r.memory) {
        auto more = needed - r.memory;
        _server.memory.force(more);
        _request_memory += more;
        r.memory += more;
    }
}

void server_connection::execute(request&& r, rpc_recv_context&& c) noexcept {
    if (r.limit && r.limit->replied) {
        return end(r);
    }
    if (is_compressed(c.header)) {
        return refuse(r, frame_outcome::unknown_codec);
    }
    if (c.payload.size() > _server.body_size_max) [[unlikely]] { // a filter expanded it
        return refuse(r, frame_outcome::bad_body);
    }
    if (r.method->verify && !c.verified) {
        if (!r.method->verify(reinterpret_cast<const uint8_t*>(c.payload.get()), c.payload.size())) {
            return refuse(r, frame_outcome::bad_body);
        }
        c.verified = true;
    }
    auto f = seastar::futurize_invoke(r.method->apply, std::move(c));
    if (f.available() && !f.failed()) [[likely]] {
        handled(std::move(r), std::move(seastar::internal::make_future_access::value_of(f)));
    } else {
        settle(std::move(r), std::move(f));
    }
}

void server_connection::settle(request&& r, seastar::future<rpc_envelope>&& f) noexcept {
    if (f.available()) {
        return fail(r, f.get_exception());
    }
    (void)std::move(f).then_wrapped([this, r = std::move(r)](seastar::future<rpc_envelope> f) mutable {
        if (f.failed()) {
            fail(r, f.get_exception());
        } else {
            handled(std::move(r), f.get());
        }
    });
}

void server_connection::handled(request&& r, rpc_envelope&& e) noexcept {
    if (_server.outgoing_filters.empty()) {
        reply(r, std::move(e));
    } else {
        address(r, e);
        filter_reply(std::move(r), std::move(e));
    }
}

void server_connection::address(const request& r, rpc_envelope& e) noexcept {
    e.letter.header.mutate_session(r.session);
    if (e.letter.header.meta() == 0) {
        e.set_status(200);
    }
}

void server_connection::filter_reply(request&& r, rpc_envelope&& e) noexcept {
    (void)_server.outgoing(std::move(e))
        .then_wrapped([this, r = std::move(r)](seastar::future<rpc_envelope> f) mutable {
            if (f.failed()) {
                fail(r, f.get_exception());
            } else {
                reply(r, f.get());
            }
        });
}

void server_connection::reply(const request& r, rpc_envelope&& e) noexcept {
    if (r.limit && r.limit->replied) {
        return end(r); // 408 was sent; this comes too late
    }
    address(r, e);
    auto& letter = e.letter;
    if (letter.empty()) {
        ++_server.stats.completed_requests;
        send_empty(r.session, letter.header.meta());
        return end(r);
    }
    auto& h = letter.header;
    h.mutate_bitflags(rpc::header_bit_flags::header_bit_flags_none);
    if (h.checksum() == 0 || h.size() != letter.body.size()) {
        e.seal();
    }
    ++_server.stats.completed_requests;
    send(h, std::move(letter.body));
    end(r);
}

void server_connection::fail(const request& r, std::exception_ptr ex) noexcept {
    if (!(r.limit && r.limit->replied)) {
        auto status = status_of(ex);
        ++(status == 400 ? _server.stats.bad_requests : _server.stats.failed_requests);
        send_empty(r.session, status);
    }
    end(r);
}

void server_connection::refuse(const request& r, frame_outcome o) noexcept {
    if (!(r.limit && r.limit->replied)) {
        ++_server.stats.bad_requests;
        send_empty(r.session, status_of(o));
    }
    end(r);
}

/// Gives back what the request held.
void server_connection::end(const request& r) noexcept {
    if (r.limit) {
        r.limit->finished = true;
    }
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    _server.latencies->record(duration_cast<microseconds>(clock::now() - r.begin).count());
    --_running;
    --_server.stats.running_requests;
    _request_memory -= r.memory;
    _server.memory.release(r.memory);
    if (_paused) [[unlikely]] {
        resume();
    }
    if (_lingering || _input_done) [[unlikely]] {
        half_close();
        maybe_finish();
    }
}

void server_connection::send_empty(uint16_t session, uint32_t status) noexcept {
    auto none = rpc::compression_flags::compression_flags_none;
    rpc::header h(none, rpc::header_bit_flags::header_bit_flags_none, session, sizeof(empty_table),
                  empty_table_checksum, status);
    auto bytes = const_cast<char*>(reinterpret_cast<const char*>(empty_table)); // only read
    send(h, seastar::temporary_buffer<char>(bytes, sizeof(empty_table), seastar::deleter()));
}

void server_connection::send(const rpc::header& h, seastar::temporary_buffer<char>&& body) noexcept {
    if (_aborted) {
        return;
    }
    auto before = _out.unsent();
    try {
        _out.append(h, std::move(body));
    } catch (...) {
        return abort(close_reason::out_of_memory); // half a frame may be queued
    }
    _server.memory.force(_out.unsent() - before);
}

// Writing and the end.

void server_connection::written(size_t bytes) noexcept {
    _server.stats.outgoing_bytes += bytes;
    _server.memory.release(bytes);
    resume();
    half_close();
}

/// Shows the peer that its last reply was the last one. The rest of what it sends is read and dropped for a while,
/// because closing a socket with unread bytes takes the reply back from the peer.
void server_connection::half_close() noexcept {
    if (_lingering && !_half_closed && !_input_done && _running == 0 && _out.unsent() == 0) {
        _half_closed = true;
        _waiting_since = clock::now();
        _socket.shutdown_output();
    }
}

void server_connection::write_failed(std::exception_ptr) noexcept {
    abort(close_reason::reset);
}

void server_connection::stop() noexcept {
    if (!_input_done) {
        _reason = close_reason::stopped;
        _socket.shutdown_input(); // what has arrived already is answered by 503
    }
}

void server_connection::abort(close_reason why) noexcept {
    if (_aborted) {
        return;
    }
    _aborted = true;
    input_ended(why);
    auto dropped = _out.unsent();
    _out.abandon();
    _server.memory.release(dropped);
    _socket.shutdown_input();
    _socket.shutdown_output();
}

void server_connection::maybe_finish() noexcept {
    if (!_input_done || _finishing || _reading || _queued || _running != 0 || _out.busy()) {
        return;
    }
    _finishing = true; // from the loop, as our caller still uses this object
    _queued = true;
    seastar::schedule(this);
}

void server_connection::finish() noexcept {
    ++_server.stats.closed[static_cast<size_t>(*_reason)];
    (void)_out.close()
        .then_wrapped([this](seastar::future<> f) {
            f.ignore_ready_future();
            return _in.close();
        })
        .then_wrapped([this](seastar::future<> f) {
            f.ignore_ready_future();
            _keeper.finished(*this);
        });
}

void server_connection::check_deadlines(clock::time_point now) noexcept {
    while (!_deadlines.empty() && (_deadlines.front()->finished || _deadlines.front()->at <= now)) {
        auto d = std::move(_deadlines.front());
        _deadlines.pop_front();
        if (!d->finished) {
            d->replied = true;
            ++_server.stats.timed_out_requests;
            send_empty(d->session, 408);
        }
    }
}

void server_connection::tick(clock::time_point now) noexcept {
    auto& args = _server.args;
    check_deadlines(now);
    if (_out.unsent() != 0 && now - _out.last_progress() > args.send_stall_timeout) {
        return abort(close_reason::send_stalled);
    }
    if (!_reading || _input_done) {
        return; // it is not the peer that we wait for
    }
    auto waited = now - _waiting_since;
    if (_lingering) {
        if (_half_closed && waited > linger_time) {
            abort(close_reason::too_large);
        }
        return;
    }
    switch (_waiting_for) {
    case frame_reader::part::header:
        if (waited > args.header_timeout) {
            abort(close_reason::header_timeout);
        }
        return;
    case frame_reader::part::body: {
        auto counted = std::chrono::duration<double>(waited - args.body_grace).count();
        auto received = double(_reader.body_received() - _waiting_received);
        if (waited > args.recv_timeout || received < counted * args.body_bytes_per_second_min) {
            abort(close_reason::body_timeout);
        }
        return;
    }
    case frame_reader::part::none: {
        clock::duration patience = args.idle_timeout;
        if (_server.memory.is_short()) {
            patience = std::min<clock::duration>(patience, idle_timeout_when_short);
        }
        if (_running == 0 && _out.unsent() == 0 && waited > patience) {
            abort(close_reason::idle);
        }
        return;
    }
    }
}

}
