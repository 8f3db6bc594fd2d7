/// The connections of a client, one after the other: connecting, calling, failing, stopping.
#pragma once

#include "client_connection.hh"
#include "client_state.hh"

#include <seastar/core/shared_ptr.hh>
#include <seastar/core/timer.hh>
#include <seastar/net/api.hh>

#include <optional>
#include <vector>

namespace smf::internal {

/// Shared by the rpc_client and whatever is still under way for it, all on one shard.
class client_core final : public seastar::enable_lw_shared_from_this<client_core> {
public:
    explicit client_core(rpc_client_opts o);

    seastar::future<> connect();
    seastar::future<> reconnect();
    seastar::future<> stop();
    /// The owner is gone: closes without anybody waiting.
    void abandon() noexcept;
    bool connected() const noexcept { return _connection && _connection->valid(); }

    seastar::future<rpc_recv_context> call(rpc_envelope e, rpc_body_verifier verify) noexcept;
    client_state& state() noexcept { return *_state; }

private:
    seastar::future<rpc_recv_context> call_not_connected(rpc_envelope e, rpc_body_verifier verify);
    seastar::future<rpc_recv_context> call_connected(rpc_envelope e, rpc_body_verifier verify);
    seastar::future<rpc_recv_context> call_admitted(rpc_envelope e, uint32_t bytes, rpc_body_verifier verify);
    void filter(uint16_t session, rpc_envelope e) noexcept;
    seastar::future<> open_connection();
    void adopt(seastar::connected_socket socket);
    seastar::future<> close(const char* why);

    seastar::lw_shared_ptr<client_state> _state;
    seastar::lw_shared_ptr<client_connection> _connection;
    seastar::socket _socket;            // while connecting
    seastar::timer<> _connect_timer;
    std::vector<seastar::promise<>> _connecting; // calls that wait for it
    std::vector<seastar::promise<>> _closing;    // stop() and reconnect() that wait for connections to be over
    uint32_t _open_connections = 0;
    bool _connect_pending = false;
    bool _connect_timed_out = false;
    bool _never_connected = true; // calls connect by themselves
    bool _stopping = false;
};

}
