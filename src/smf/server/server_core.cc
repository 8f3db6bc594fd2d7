/// Accepting, the clock of the connections, and the order of stopping.
#include "server_core.hh"

#include "admin_server.hh"
#include <smf/log.h>

#include <seastar/core/seastar.hh>
#include <seastar/core/smp.hh>
#include <seastar/net/inet_address.hh>

#include <algorithm>
#include <limits>
#include <stdexcept>
// tidy-allow(syscall): a limit of the process, read once
#include <sys/resource.h>

namespace smf {

const char* to_string(close_reason r) noexcept {
    constexpr const char* names[close_reason_count] = {
        "peer_left", "truncated", "reset", "bad_compression", "too_large", "header_timeout",
        "body_timeout", "idle", "send_stalled", "out_of_memory", "stopped",
    };
    return names[static_cast<size_t>(r)];
}

namespace internal {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds accept_pause_min(100);
constexpr milliseconds accept_pause_max(1000);

/// Half of the descriptors this process may have, shared out to the shards.
uint32_t default_connections_max() noexcept {
    rlimit limit{};
    // tidy-allow(syscall): a limit of the process, read once
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return std::numeric_limits<uint32_t>::max();
    }
    auto share = limit.rlim_cur / 2 / std::max<unsigned>(1, seastar::smp::count);
    return static_cast<uint32_t>(std::clamp<rlim_t>(share, 1, std::numeric_limits<uint32_t>::max()));
}

/// Often enough for the shortest of the timeouts.
seastar::lowres_clock::duration tick_period_of(const rpc_server_args& a) noexcept {
    auto shortest = std::min({a.recv_timeout, a.header_timeout, a.idle_timeout, a.send_stall_timeout});
    if (a.handler_timeout.count() > 0) {
        shortest = std::min(shortest, a.handler_timeout);
    }
    return std::clamp<rpc_server_args::duration>(shortest / 4, milliseconds(10), milliseconds(1000));
}

seastar::socket_address address_of(const rpc_server_args& a) {
    if (a.ip.empty()) {
        return seastar::socket_address(seastar::ipv4_addr(a.rpc_port));
    }
    return seastar::socket_address(seastar::net::inet_address(a.ip), a.rpc_port);
}

/// The number of the system's error; 0 for other exceptions.
int errno_of(const std::exception_ptr& ex) noexcept {
    try {
        std::rethrow_exception(ex);
    } catch (const std::system_error& e) {
        return e.code().value();
    } catch (...) {
        return 0;
    }
}

}

server_core::server_core(rpc_server_args a) : serving_state(std::move(a)), _tick_period(tick_period_of(args)) {
    _ticker.set_callback([this] { tick(); });
    _accept_again.set_callback([this] { accept(); });
}

server_core::~server_core() {
    SEASTAR_ASSERT(_connections.empty() && !_accepting && _admin_stopped); // stop() was not waited for
}

void server_core::start() {
    if (_state != state::created) {
        throw std::logic_error("rpc_server::start() was called again, or after stop()");
    }
    if (args.credentials) {
        throw std::invalid_argument("rpc_server_args::credentials is set: this version has no TLS, and serves nothing "
                                    "rather than plaintext");
    }
    _connections_max = args.connections_max ? args.connections_max : default_connections_max();
    listen();
    register_metrics();
    if (!(args.flags & rpc_server_flags_disable_http_server)) {
        _admin = std::make_unique<admin_server>();
        _admin_stopped = false;
        _admin->start(args.http_port);
    }
    _state = state::serving;
    accept();
}

void server_core::listen() {
    seastar::listen_options options;
    options.reuse_address = true;
    _listener = seastar::listen(address_of(args), options);
    _port = _listener->local_address().port();
}

// Accepting.

void server_core::accept() noexcept {
    while (_state == state::serving && !_accepting && _connections.size() < _connections_max) {
        auto f = seastar::futurize_invoke([this] { return _listener->accept(); });
        if (!f.available()) {
            _accepting = true;
            (void)std::move(f).then_wrapped([this](seastar::future<seastar::accept_result> f) {
                _accepting = false;
                accepted(std::move(f));
                accept();
                maybe_stopped();
            });
            return;
        }
        accepted(std::move(f));
        if (_accept_again.armed()) {
            return;
        }
    }
}

void server_core::accepted(seastar::future<seastar::accept_result> f) noexcept {
    if (f.failed()) {
        return accept_failed(f.get_exception());
    }
    _accept_pause = {};
    auto result = f.get();
    if (_state != state::serving) {
        return; // the socket closes as it goes
    }
    try {
        auto& socket = result.connection;
        socket.set_nodelay(true);
        socket.set_keepalive(true);
        seastar::net::tcp_keepalive_params keepalive;
        keepalive.idle = std::chrono::seconds(5);
        keepalive.interval = std::chrono::seconds(75);
        keepalive.count = 9;
        socket.set_keepalive_parameters(keepalive);
        auto c = std::make_unique<server_connection>(*this, static_cast<server_connection::keeper&>(*this),
                                                     std::move(socket), result.remote_address, _connections.size());
        _connections.push_back(c.get());
        auto connection = c.release();
        ++stats.active_connections;
        ++stats.total_connections;
        if (!_ticker.armed()) {
            _ticker.arm_periodic(_tick_period);
        }
        connection->start();
    } catch (...) {
        ++stats.accept_errors; // the peer was gone already, or memory is short: that connection's trouble only
    }
}

void server_core::accept_failed(std::exception_ptr ex) noexcept {
    if (_state != state::serving) {
        return;
    }
    ++stats.accept_errors;
    if (errno_of(ex) == ECONNABORTED) {
        return;
    }
    // Out of descriptors or memory: the peers wait in the kernel's queue.
    _accept_pause = std::clamp(_accept_pause * 2, accept_pause_min, accept_pause_max);
    _accept_again.rearm(seastar::lowres_clock::now() + _accept_pause);
    log.warn("cannot accept connections; trying again", {});
}

void server_core::finished(server_connection& c) noexcept {
    auto last = _connections.back();
    _connections[c.index] = last;
    last->index = c.index;
    _connections.pop_back();
    delete &c;
    --stats.active_connections;
    if (_connections.empty()) {
        _ticker.cancel();
    }
    if (!_accept_again.armed()) {
        accept();
    }
    maybe_stopped();
}

void server_core::tick() noexcept {
    auto now = seastar::lowres_clock::now();
    // Connections never go away synchronously.
    for (auto c : _connections) {
        c->tick(now);
        if (_state == state::stopping && now >= _stop_deadline) {
            c->abort(close_reason::stopped);
        }
    }
}

// Stopping.

seastar::future<> server_core::stop() {
    if (_state == state::stopped) {
        return seastar::make_ready_future<>();
    }
    _stop_waiters.emplace_back();
    auto stopped = _stop_waiters.back().get_future();
    if (_state != state::stopping) {
        _state = state::stopping;
        stopping = true;
        _stop_deadline = seastar::lowres_clock::now() + args.stop_timeout;
        _accept_again.cancel();
        if (_listener) {
            _listener->abort_accept();
        }
        for (auto c : _connections) {
            c->stop();
        }
        if (_admin) {
            (void)_admin->stop().then([this] {
                _admin_stopped = true;
                maybe_stopped();
            });
        }
        maybe_stopped();
    }
    return stopped;
}

void server_core::maybe_stopped() noexcept {
    if (_state != state::stopping || _accepting || !_connections.empty() || !_admin_stopped) {
        return;
    }
    _state = state::stopped;
    _listener.reset();
    _metrics.clear();
    for (auto& w : std::exchange(_stop_waiters, {})) {
        w.set_value();
    }
}

}
}
