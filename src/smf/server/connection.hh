/// One connection of a server: reads frames, runs the handlers, sends the replies.
///
/// The life of a request: on_header() decides whether it may run and reserves its memory; on_frame() checks the body;
/// filters; execute() calls the handler; reply() sends what it gave; end() gives everything back. A request whose
/// futures are all ready passes through in one call stack and allocates nothing but what its tables need. That way is
/// two functions long, parse() and execute(): what is marked always_inline is on it, as a call with all registers to
/// save costs more than most of the steps.
///
/// Reading pauses, and with it the peer (by TCP's flow control), when too many requests run, too much is unsent, the
/// connection holds too much memory, or the shard has none; whatever ends the pause calls resume().
#pragma once

#include "serving_state.hh"

#include "smf/transport/frame_reader.hh"
#include "smf/transport/write_queue.hh"
#include "smf/wire/outcome.hh"

#include <smf/rpc_recv_context.h>

#include <seastar/core/shared_ptr.hh>
#include <seastar/core/task.hh>
#include <seastar/net/api.hh>

#include <deque>
#include <exception>
#include <optional>

namespace smf {

/// Owned by the server, which it tells when nothing of it is left: no read, no write, no running request, no task in a
/// queue.
class server_connection final : private write_queue::owner, private shard_memory::waiter, private seastar::task {
public:
    class keeper {
    public:
        /// Destroys the connection. Called once, from the loop.
        virtual void finished(server_connection&) noexcept = 0;

    protected:
        ~keeper() = default;
    };

    server_connection(serving_state& server, keeper& k, seastar::connected_socket socket,
                      const seastar::socket_address& peer, size_t index);

    void start() noexcept { read(); }
    /// No more requests; what runs is answered, then it closes.
    void stop() noexcept;
    /// Closes without waiting for anything but the handlers that run.
    void abort(close_reason) noexcept;
    /// Looks at the clock: timeouts of the peer and of handlers.
    void tick(seastar::lowres_clock::time_point now) noexcept;

    size_t index; ///< in the server's list

private:
    using clock = seastar::lowres_clock;

    /// Of a handler that has a deadline.
    struct deadline {
        clock::time_point at;
        uint16_t session;
        bool replied = false;
        bool finished = false;
    };
    struct request {
        rpc_service_method_handle* method;
        clock::time_point begin;
        uint64_t memory;
        uint16_t session;
        seastar::lw_shared_ptr<deadline> limit; // null without handler_timeout
    };

    // Reading.
    void read() noexcept;
    bool parse();
    bool took(seastar::future<seastar::temporary_buffer<char>> f) noexcept;
    bool must_pause() const noexcept;
    void resume() noexcept;
    [[gnu::always_inline]] inline bool on_header();
    [[gnu::cold]] bool turn_down(frame_outcome) noexcept;
    [[gnu::always_inline]] inline void on_frame();
    void input_ended(close_reason) noexcept;
    void memory_granted() noexcept override;
    void run_and_dispose() noexcept override; // goes on reading after a preemption
    task* waiting_task() noexcept override { return nullptr; }

    // Requests.
    // Whoever has to wait moves its arguments away; the others hand on what lies in the stack frame of the first.
    void filter(request&& r, rpc_recv_context&& c) noexcept;
    void charge_filtered(request& r, size_t body_size) noexcept;
    void execute(request&& r, rpc_recv_context&& c) noexcept;
    /// Where the handler's future is not a ready value: waits for it, or answers with its failure.
    [[gnu::noinline]] void settle(request&& r, seastar::future<rpc_envelope>&& f) noexcept;
    [[gnu::always_inline]] inline void handled(request&& r, rpc_envelope&& e) noexcept;
    /// To whom it goes, and a status. Before the filters, who may look, and after them, who may have changed it.
    static void address(const request& r, rpc_envelope& e) noexcept;
    void filter_reply(request&& r, rpc_envelope&& e) noexcept;
    [[gnu::always_inline]] inline void reply(const request& r, rpc_envelope&& e) noexcept;
    [[gnu::cold]] void fail(const request& r, std::exception_ptr) noexcept;
    [[gnu::cold]] void refuse(const request& r, frame_outcome) noexcept;
    [[gnu::always_inline]] inline void end(const request& r) noexcept;
    /// An error reply, or one whose handler gave it no body.
    void send_empty(uint16_t session, uint32_t status) noexcept;
    [[gnu::always_inline]] inline void send(const rpc::header&, seastar::temporary_buffer<char>&& body) noexcept;

    // Writing and the end.
    void written(size_t bytes) noexcept override;
    void write_failed(std::exception_ptr) noexcept override;
    void write_idle() noexcept override { maybe_finish(); }
    void half_close() noexcept;
    void maybe_finish() noexcept;
    void finish() noexcept;
    void check_deadlines(clock::time_point now) noexcept;

    serving_state& _server;
    keeper& _keeper;
    seastar::connected_socket _socket;
    seastar::data_source _in;
    write_queue _out;
    frame_reader _reader;
    rpc_peer_address _peer;
    std::deque<seastar::lw_shared_ptr<deadline>> _deadlines; // in order
    std::optional<close_reason> _reason;

    uint32_t _running = 0;
    uint64_t _request_memory = 0;
    // The frame that is being read.
    rpc_service_method_handle* _method = nullptr;
    uint32_t _refusal = 0; // the status of the reply once its body is skipped
    uint64_t _reserved = 0;

    // When the peer began to keep us waiting, and for what.
    clock::time_point _waiting_since;
    frame_reader::part _waiting_for = frame_reader::part::none;
    uint64_t _waiting_frame = 0;
    uint32_t _waiting_received = 0;

    bool _reading = false;       // a get() is under way
    bool _queued = false;        // as a task
    bool _paused = false;        // until resume()
    bool _wants_memory = false;
    bool _input_done = false;
    bool _lingering = false;     // the last reply is on its way; what comes is read and dropped
    bool _half_closed = false;
    bool _aborted = false;
    bool _finishing = false;
};

}
