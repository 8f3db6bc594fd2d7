/// One connection of a client, from its socket to its end. client_core.hh makes one per connect().
#pragma once

#include "client_state.hh"
#include "session_table.hh"

#include "smf/transport/frame_reader.hh"
#include "smf/transport/write_queue.hh"

#include <smf/rpc_envelope.h>

#include <seastar/core/shared_ptr.hh>
#include <seastar/core/task.hh>
#include <seastar/core/timer.hh>
#include <seastar/net/api.hh>

#include <exception>

namespace smf::internal {

/// Owned by shared pointers: one of the core's as long as it is the current one, one of run()'s until nothing of it is
/// left (no read, no write, no reply in a filter).
class client_connection final : public seastar::enable_lw_shared_from_this<client_connection>,
                                private write_queue::owner,
                                private seastar::task {
public:
    client_connection(seastar::lw_shared_ptr<client_state> state, seastar::connected_socket socket,
                      const seastar::socket_address& peer);

    /// Begins to read. Resolves, never failed, when the connection is over.
    seastar::future<> run();
    bool valid() const noexcept { return !_failed; }

    /// The reply's future; the call is sent by send(), or ended by drop(). Requires: valid().
    seastar::future<rpc_recv_context> open(uint32_t bytes, rpc_body_verifier verify, uint16_t& session);
    void send(uint16_t session, rpc_envelope e) noexcept;
    /// For a call that is not to be sent.
    void drop(uint16_t session, std::exception_ptr) noexcept;
    /// Fails all calls and closes. Once; later calls have no effect.
    void fail(std::exception_ptr) noexcept;
    /// The same, with remote_connection_error(why).
    void fail(const char* why) noexcept;

private:
    using clock = seastar::lowres_clock;

    void read() noexcept;
    void run_and_dispose() noexcept override; // goes on reading after a preemption
    task* waiting_task() noexcept override { return nullptr; }
    void took(seastar::future<seastar::temporary_buffer<char>> f) noexcept;
    void parse();
    bool on_header();
    void on_frame();
    void filter(rpc_recv_context c) noexcept;
    void deliver(rpc_recv_context c) noexcept;
    void finish(pending_call& c, seastar::future<rpc_recv_context> outcome) noexcept;
    void fail_call(uint16_t session, std::exception_ptr) noexcept;
    void expire() noexcept;
    void written(size_t) noexcept override {}
    void write_failed(std::exception_ptr) noexcept override;
    void write_idle() noexcept override { maybe_over(); }
    void maybe_over() noexcept;

    seastar::lw_shared_ptr<client_state> _state;
    seastar::connected_socket _socket;
    seastar::data_source _in;
    write_queue _out;
    frame_reader _reader;
    session_table _calls;
    rpc_peer_address _peer;
    seastar::timer<clock> _timer; // armed for the earliest deadline, or an earlier one that was met
    seastar::promise<> _over;
    uint32_t _filtering = 0; // replies in the incoming filters
    bool _reading = false; // a get() is under way
    bool _queued = false;  // as a task
    bool _failed = false;
    bool _closing = false;
};

}
