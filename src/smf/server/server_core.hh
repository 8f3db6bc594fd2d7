/// One shard of the server: the listening socket, the connections, and what they share. rpc_server is its public face;
/// connection.hh is where requests live.
#pragma once

#include "server_stats.hh"
#include "shard_memory.hh"

#include "smf/transport/chunk_pool.hh"

#include <smf/histogram.h>
#include <smf/rpc_filter.h>
#include <smf/rpc_handle_router.h>
#include <smf/rpc_server_args.h>

#include <seastar/core/future.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/metrics_registration.hh>
#include <seastar/core/timer.hh>
#include <seastar/net/api.hh>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace smf {

class server_connection;

namespace internal {

class admin_server;

class server_core {
public:
    explicit server_core(rpc_server_args a);
    ~server_core();

    void start();
    seastar::future<> stop();
    uint16_t port() const noexcept { return _port; }

    // Fixed once started.
    const rpc_server_args args;
    rpc_handle_router router;
    rpc_incoming_filters incoming_filters;
    rpc_outgoing_filters outgoing_filters;

    // Shared by the connections.
    shard_memory memory;
    chunk_pool chunks;
    server_stats stats;
    std::unique_ptr<histogram> latencies;

    /// The largest body that may be asked for: the cap, or what the memory can hold at all.
    uint32_t body_size_max() const noexcept { return _body_size_max; }
    bool stopping() const noexcept { return _state == state::stopping || _state == state::stopped; }
    bool started() const noexcept { return _state != state::created; }
    bool busy() const noexcept { return stats.running_requests >= args.shard_requests_max; }

    /// The connection is finished; destroys it.
    void remove(server_connection&) noexcept;
    /// One line per second at most; the next one says how many were left out.
    void log_about_peers(std::string_view what, const seastar::socket_address& peer) noexcept;

private:
    enum class state : uint8_t { created, serving, stopping, stopped };

    void listen();
    void accept() noexcept;
    void accepted(seastar::future<seastar::accept_result> f) noexcept;
    void accept_failed(std::exception_ptr) noexcept;
    void tick() noexcept;
    void maybe_stopped() noexcept;
    void register_metrics();

    state _state = state::created;
    uint32_t _body_size_max;
    uint32_t _connections_max = 0;
    uint16_t _port = 0;
    std::optional<seastar::server_socket> _listener;
    bool _accepting = false;
    seastar::timer<seastar::lowres_clock> _accept_again;
    std::chrono::milliseconds _accept_pause = {};
    std::vector<server_connection*> _connections; // each knows its index
    seastar::timer<seastar::lowres_clock> _ticker; // armed while there are connections
    seastar::lowres_clock::duration _tick_period;
    std::vector<seastar::promise<>> _stop_waiters;
    seastar::lowres_clock::time_point _stop_deadline;
    std::unique_ptr<admin_server> _admin;
    bool _admin_stopped = true;
    seastar::metrics::metric_groups _metrics;
    seastar::lowres_clock::time_point _last_log;
    uint64_t _logs_left_out = 0;
};

}
}
