/// One shard of the server: the listening socket, the connections, and the order of starting and stopping. rpc_server
/// is its public face; connection.hh is where requests live.
#pragma once

#include "connection.hh"
#include "serving_state.hh"

#include <seastar/core/future.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/metrics_registration.hh>
#include <seastar/core/timer.hh>
#include <seastar/net/api.hh>

#include <memory>
#include <optional>
#include <vector>

namespace smf::internal {

class admin_server;

class server_core final : public serving_state, private server_connection::keeper {
public:
    explicit server_core(rpc_server_args a);
    ~server_core();

    void start();
    seastar::future<> stop();
    uint16_t port() const noexcept { return _port; }

private:
    enum class state : uint8_t { created, serving, stopping, stopped };

    void listen();
    void accept() noexcept;
    void accepted(seastar::future<seastar::accept_result> f) noexcept;
    void accept_failed(std::exception_ptr) noexcept;
    void finished(server_connection&) noexcept override;
    void tick() noexcept;
    void maybe_stopped() noexcept;
    void register_metrics();

    state _state = state::created;
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
};

}
