/// Connecting, calling, stopping.
#include "client_core.hh"

#include <smf/rpc_error.h>

#include <seastar/core/seastar.hh>

#include <algorithm>
#include <stdexcept>

namespace smf::internal {

namespace {
template <typename T = void>
seastar::future<T> no_connection(const char* why) {
    return seastar::make_exception_future<T>(std::make_exception_ptr(remote_connection_error(why)));
}
}

client_core::client_core(rpc_client_opts o) : _state(seastar::make_lw_shared<client_state>(std::move(o))) {
    _connect_timer.set_callback([this] {
        _connect_timed_out = true;
        _socket.shutdown();
    });
}

// Connecting.

seastar::future<> client_core::connect() {
    if (connected() || _connect_pending) {
        return no_connection("the client is connected already");
    }
    if (_state->opts.credentials) {
        return seastar::make_exception_future<>(std::invalid_argument(
            "rpc_client_opts::credentials is set: this version has no TLS, and does not connect in plaintext instead"));
    }
    _never_connected = false;
    _connect_pending = true;
    _connect_timed_out = false;
    auto opened = seastar::futurize_invoke([this] { return open_connection(); });
    return std::move(opened).then_wrapped([self = shared_from_this()](seastar::future<> f) {
        self->_connect_pending = false;
        self->_connect_timer.cancel();
        auto failed = f.failed();
        auto ex = failed ? f.get_exception() : nullptr;
        for (auto& waiting : std::exchange(self->_connecting, {})) {
            failed ? waiting.set_exception(ex) : waiting.set_value();
        }
        return failed ? seastar::make_exception_future<>(ex) : seastar::make_ready_future<>();
    });
}

seastar::future<> client_core::open_connection() {
    _socket = seastar::make_socket();
    _connect_timer.arm(_state->opts.recv_timeout);
    return _socket.connect(seastar::socket_address(_state->opts.server_addr))
        .then_wrapped([self = shared_from_this()](seastar::future<seastar::connected_socket> f) {
            self->_connect_timer.cancel();
            if (f.failed()) {
                auto ex = f.get_exception();
                return self->_connect_timed_out
                           ? seastar::make_exception_future<>(std::make_exception_ptr(rpc_timed_out()))
                           : seastar::make_exception_future<>(std::move(ex));
            }
            auto socket = f.get();
            if (self->_stopping) {
                return no_connection("the client was stopped");
            }
            return seastar::futurize_invoke([&] { self->adopt(std::move(socket)); });
        });
}

void client_core::adopt(seastar::connected_socket socket) {
    socket.set_nodelay(true);
    socket.set_keepalive(true);
    auto c = seastar::make_lw_shared<client_connection>(_state, std::move(socket),
                                                        seastar::socket_address(_state->opts.server_addr));
    _connection = c;
    ++_open_connections;
    (void)c->run().then([self = shared_from_this(), c]() mutable {
        c = nullptr;
        if (--self->_open_connections == 0) {
            for (auto& waiting : std::exchange(self->_closing, {})) {
                waiting.set_value();
            }
        }
    });
}

/// Fails what is outstanding; resolves when nothing of the old connection is left.
seastar::future<> client_core::close(const char* why) {
    if (_open_connections > 0) {
        _closing.emplace_back();
    }
    auto closed = _open_connections > 0 ? _closing.back().get_future() : seastar::make_ready_future<>();
    if (auto old = std::exchange(_connection, nullptr)) {
        old->fail(why);
    }
    return closed;
}

seastar::future<> client_core::reconnect() {
    if (_connect_pending) {
        return no_connection("the client is connecting already");
    }
    return close("the client reconnects").then([self = shared_from_this()] { return self->connect(); });
}

seastar::future<> client_core::stop() {
    auto connecting = seastar::make_ready_future<>();
    if (_connect_pending) {
        _connecting.emplace_back();
        connecting = _connecting.back().get_future().handle_exception([](std::exception_ptr) {});
    }
    _never_connected = false;
    _stopping = true;
    if (_connect_pending) {
        _socket.shutdown();
    }
    return connecting.then([self = shared_from_this()] { return self->close("the client was stopped"); })
        .then([self = shared_from_this()] { self->_stopping = false; });
}

void client_core::abandon() noexcept {
    (void)seastar::futurize_invoke([this] { return stop(); }).handle_exception([](std::exception_ptr) {});
}

// Calling.

seastar::future<rpc_recv_context> client_core::call(rpc_envelope e, rpc_body_verifier verify) noexcept {
    try {
        return connected() ? call_connected(std::move(e), verify) : call_not_connected(std::move(e), verify);
    } catch (...) { // no memory
        return seastar::current_exception_as_future<rpc_recv_context>();
    }
}

seastar::future<rpc_recv_context> client_core::call_not_connected(rpc_envelope e, rpc_body_verifier verify) {
    if (_connect_pending) {
        _connecting.emplace_back();
        return _connecting.back().get_future().then([self = shared_from_this(), e = std::move(e), verify]() mutable {
            return self->call_connected(std::move(e), verify);
        });
    }
    if (_never_connected) {
        return connect().then([self = shared_from_this(), e = std::move(e), verify]() mutable {
            return self->call_connected(std::move(e), verify);
        });
    }
    return no_connection<rpc_recv_context>("tcp connection is invalid. please reconnect()");
}

seastar::future<rpc_recv_context> client_core::call_connected(rpc_envelope e, rpc_body_verifier verify) {
    // A request that is larger than the limit may be sent when it is alone.
    auto bytes = static_cast<uint32_t>(std::min<uint64_t>(e.size(), _state->opts.memory_avail_for_client));
    if (_state->memory.try_wait(bytes)) {
        return call_admitted(std::move(e), bytes, verify);
    }
    return _state->memory.wait(bytes).then([self = shared_from_this(), e = std::move(e), bytes, verify]() mutable {
        return self->call_admitted(std::move(e), bytes, verify);
    });
}

seastar::future<rpc_recv_context> client_core::call_admitted(rpc_envelope e, uint32_t bytes,
                                                             rpc_body_verifier verify) {
    if (!connected()) {
        _state->memory.signal(bytes);
        return no_connection<rpc_recv_context>("tcp connection is invalid. please reconnect()");
    }
    uint16_t session = 0;
    auto reply = seastar::futurize_invoke([&] { return _connection->open(bytes, verify, session); });
    if (reply.failed()) {
        _state->memory.signal(bytes);
        return reply;
    }
    if (_state->outgoing_filters.empty()) {
        _connection->send(session, std::move(e));
    } else {
        e.letter.header.mutate_session(session);
        filter(session, std::move(e));
    }
    return reply;
}

void client_core::filter(uint16_t session, rpc_envelope e) noexcept {
    (void)_state->outgoing(std::move(e))
        .then_wrapped([state = _state, connection = _connection, session](seastar::future<rpc_envelope> f) {
            if (f.failed()) {
                connection->drop(session, f.get_exception());
            } else {
                connection->send(session, f.get());
            }
        });
}

}
