/// Sending calls, matching replies, and failing all of them at once.
#include "client_connection.hh"

#include "smf/wire/outcome.hh"

#include <smf/checksum.h>
#include <smf/rpc_error.h>

#include <seastar/core/preempt.hh>

#include <algorithm>

namespace smf::internal {

namespace {
/// Or std::bad_alloc, if there is no memory for the text.
template <typename Error>
std::exception_ptr error(const char* why) noexcept {
    try {
        return std::make_exception_ptr(Error(why));
    } catch (...) {
        return std::current_exception();
    }
}
std::exception_ptr broken(const char* why) noexcept { return error<remote_connection_error>(why); }
std::exception_ptr bad_reply(const char* why) noexcept { return error<invalid_reply>(why); }
bool answered(const pending_call& c) noexcept {
    return c.status == pending_call::state::abandoned || c.status == pending_call::state::expired;
}
constexpr auto connection_error = "error with remote connection to server";
/// The coarse clock may be behind: no call fails before its time.
constexpr std::chrono::milliseconds clock_step(10);
constexpr std::chrono::hours deadline_max(24 * 365 * 10);
}

client_connection::client_connection(seastar::lw_shared_ptr<client_state> state, seastar::connected_socket socket,
                                     const seastar::socket_address& peer)
    : _state(std::move(state)), _socket(std::move(socket)), _in(_socket.input().detach()),
      _out(_socket.output().detach(), _state->chunks, *this), _peer(peer) {
    _timer.set_callback([this] { expire(); });
}

seastar::future<> client_connection::run() {
    auto over = _over.get_future();
    read();
    return over;
}

// Calls.

seastar::future<rpc_recv_context> client_connection::open(uint32_t bytes, rpc_body_verifier verify,
                                                          uint16_t& session) {
    auto c = _calls.open();
    if (!c) {
        return seastar::make_exception_future<rpc_recv_context>(broken("all session numbers wait for replies"));
    }
    c->verify = verify;
    c->bytes = bytes;
    c->begin = clock::now();
    c->deadline = c->begin + std::min<clock::duration>(_state->opts.recv_timeout, deadline_max) + clock_step;
    session = c->session;
    if (!_timer.armed()) {
        _timer.arm(c->deadline);
    }
    return c->reply.get_future();
}

void client_connection::send(uint16_t session, rpc_envelope e) noexcept {
    auto c = _calls.find(session);
    if (!c || c->status != pending_call::state::prepared) {
        return drop(session, {}); // its deadline passed in a filter, or the connection failed
    }
    try {
        auto& h = e.letter.header;
        h.mutate_session(session);
        if (h.checksum() == 0 || h.size() != e.letter.body.size()) {
            e.seal();
        }
        c->status = pending_call::state::sent;
        _out.append(h, std::move(e.letter.body));
    } catch (...) {
        fail(std::current_exception()); // half a frame may be queued
    }
}

void client_connection::drop(uint16_t session, std::exception_ptr ex) noexcept {
    auto c = _calls.find(session);
    if (c && c->status == pending_call::state::prepared) {
        finish(*c, seastar::make_exception_future<rpc_recv_context>(std::move(ex)));
    } else if (c && c->status == pending_call::state::expired) {
        _calls.close(*c);
    }
}

/// Gives the caller its answer, and frees the number.
void client_connection::finish(pending_call& c, seastar::future<rpc_recv_context> outcome) noexcept {
    _state->ended(c.bytes, c.begin);
    auto reply = std::move(c.reply);
    _calls.close(c);
    outcome.forward_to(std::move(reply));
}

void client_connection::fail_call(uint16_t session, std::exception_ptr ex) noexcept {
    if (auto c = _calls.find(session)) {
        if (answered(*c)) {
            _calls.close(*c);
        } else {
            finish(*c, seastar::make_exception_future<rpc_recv_context>(std::move(ex)));
        }
    }
}

/// Deadlines: walks all calls, which is cheap because the clock is armed for the earliest of them only, and calls that
/// begin later mostly end later.
void client_connection::expire() noexcept {
    auto now = clock::now();
    auto next = clock::time_point::max();
    _calls.for_each([&](pending_call& c) {
        if (answered(c)) {
            return;
        }
        if (c.deadline > now) {
            next = std::min(next, c.deadline);
            return;
        }
        _state->ended(c.bytes, c.begin);
        auto reply = std::move(c.reply);
        auto sent = c.status == pending_call::state::sent;
        c.status = sent ? pending_call::state::abandoned : pending_call::state::expired;
        reply.set_exception(std::make_exception_ptr(rpc_timed_out()));
    });
    if (next != clock::time_point::max()) {
        _timer.arm(next);
    }
}

// Replies.

void client_connection::read() noexcept {
    while (!_failed) {
        if (seastar::need_preempt()) {
            _queued = true;
            seastar::schedule(this);
            return;
        }
        auto f = _in.get();
        if (!f.available()) {
            _reading = true;
            (void)std::move(f).then_wrapped([this](seastar::future<seastar::temporary_buffer<char>> f) {
                _reading = false;
                took(std::move(f));
                read();
            });
            return;
        }
        took(std::move(f));
    }
    maybe_over();
}

void client_connection::run_and_dispose() noexcept {
    _queued = false;
    read();
}

void client_connection::took(seastar::future<seastar::temporary_buffer<char>> f) noexcept {
    if (f.failed()) {
        f.ignore_ready_future();
        return fail(connection_error);
    }
    auto piece = f.get();
    if (piece.empty()) {
        return fail(connection_error);
    }
    try {
        _reader.add(std::move(piece));
        parse();
    } catch (...) {
        fail(std::current_exception());
    }
}

void client_connection::parse() {
    while (!_failed) {
        switch (_reader.next()) {
        case frame_reader::step::need_piece:
            return;
        case frame_reader::step::header:
            if (!on_header()) {
                return;
            }
            break;
        case frame_reader::step::frame:
            on_frame();
            break;
        }
    }
}

bool client_connection::on_header() {
    auto& h = _reader.header();
    auto outcome = check_frame(h, _state->opts.body_size_max);
    if (closes(outcome)) {
        fail(outcome == frame_outcome::too_large ? "the server sent a reply that is too large"
                                                 : "the server sent bytes that are no reply");
        return false;
    }
    auto c = _calls.find(h.session());
    if (!c || (c->status != pending_call::state::sent && c->status != pending_call::state::abandoned)) {
        fail("the server sent a reply to a call that was not made");
        return false;
    }
    if (outcome == frame_outcome::empty || c->status == pending_call::state::abandoned) {
        _reader.skip_body();
    } else {
        _reader.take_body();
    }
    return true;
}

void client_connection::on_frame() {
    auto& h = _reader.header();
    auto body = _reader.body();
    if (body.empty()) {
        return fail_call(h.session(), bad_reply("the reply has no body"));
    }
    if (static_cast<uint8_t>(h.bitflags()) & 1) {
        return fail_call(h.session(), bad_reply("the reply has headers in its payload"));
    }
    if (rpc_checksum_payload(body.get(), body.size()) != h.checksum()) {
        return fail_call(h.session(), bad_reply("the reply's checksum is wrong"));
    }
    rpc_recv_context c(_peer, h, std::move(body));
    if (!is_compressed(h)) {
        c.header.mutate_compression(rpc::compression_flags::compression_flags_none);
    }
    if (_state->incoming_filters.empty()) {
        deliver(std::move(c));
    } else {
        filter(std::move(c));
    }
}

void client_connection::filter(rpc_recv_context c) noexcept {
    auto session = c.session();
    ++_filtering;
    (void)_state->incoming(std::move(c)).then_wrapped([this, session](seastar::future<rpc_recv_context> f) {
        --_filtering;
        if (f.failed()) {
            fail_call(session, f.get_exception());
        } else {
            auto c = f.get();
            c.header.mutate_session(session);
            deliver(std::move(c));
        }
        maybe_over();
    });
}

void client_connection::deliver(rpc_recv_context c) noexcept {
    auto session = c.session();
    auto call = _calls.find(session);
    if (!call || answered(*call)) {
        return fail_call(session, {}); // its deadline passed while the reply was in the filters
    }
    if (is_compressed(c.header)) {
        return fail_call(session, bad_reply("the reply is compressed, and no filter undid it"));
    }
    if (call->verify && !c.verified) {
        // The empty table of an error reply lacks what the reply's type may require.
        auto is_error = c.status() >= 400;
        c.verified = (is_error && is_empty_table(c.payload)) ||
                     call->verify(reinterpret_cast<const uint8_t*>(c.payload.get()), c.payload.size());
        if (!c.verified && !is_error) {
            return fail_call(session, bad_reply("the reply is not a buffer of its type"));
        }
    }
    finish(*call, seastar::make_ready_future<rpc_recv_context>(std::move(c)));
}

// The end.

void client_connection::write_failed(std::exception_ptr) noexcept {
    fail(connection_error);
}

void client_connection::fail(std::exception_ptr ex) noexcept {
    if (_failed) {
        return;
    }
    _failed = true;
    _timer.cancel();
    _out.abandon();
    _socket.shutdown_input();
    _socket.shutdown_output();
    _calls.for_each([&](pending_call& c) { fail_call(c.session, ex); });
    maybe_over();
}

void client_connection::fail(const char* why) noexcept { fail(broken(why)); }

void client_connection::maybe_over() noexcept {
    if (!_failed || _closing || _reading || _queued || _filtering || _out.busy()) {
        return;
    }
    _closing = true;
    (void)_out.close()
        .then_wrapped([this](seastar::future<> f) {
            f.ignore_ready_future();
            return _in.close();
        })
        .then_wrapped([this](seastar::future<> f) {
            f.ignore_ready_future();
            _over.set_value(); // last: our owner may let go of us
        });
}

}
