/// The client's side of a connection; generated clients derive from it and have a method per call.
#pragma once

#include <smf/rpc_client_opts.h>
#include <smf/rpc_error.h>
#include <smf/rpc_filter.h>
#include <smf/rpc_recv_typed_context.h>

#include <seastar/core/future.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/net/socket_defs.hh>

namespace smf {

class histogram;
namespace internal {
class client_core;
}

/// The outcome of a call as a value: see rpc_client::try_send().
template <typename T>
struct rpc_result {
    uint32_t status = 0;             ///< of the reply; 0 if none came
    seastar::sstring error;          ///< why none came
    rpc_recv_typed_context<T> reply; ///< empty if none came
    explicit operator bool() const noexcept { return status != 0 && status < 400; }
};

/// One connection to one server. Lives on one shard; calls may be made at any time, many may be outstanding. Requires:
/// stop() has resolved before it is destroyed, if a call or connect() was ever made.
///
/// Calls connect by themselves as long as connect() was never called. Once a connection is lost calls fail until
/// reconnect(). Failures that are the server's answer are statuses of replies; failures on the way are exceptions:
/// remote_connection_error, rpc_timed_out, invalid_reply, or what a filter threw.
class rpc_client {
public:
    explicit rpc_client(seastar::ipv4_addr server);
    explicit rpc_client(rpc_client_opts opts);
    rpc_client(rpc_client&&) noexcept;
    virtual ~rpc_client();
    virtual const char* name() const = 0;

    /// Fails if there is a connection already.
    seastar::future<> connect();
    /// Fails the outstanding calls, closes, and connects anew.
    seastar::future<> reconnect();
    /// Fails the outstanding calls and closes. May be called at any time and again.
    seastar::future<> stop();
    bool is_conn_valid() const noexcept;

    /// The envelope has its request id set. The reply's body is verified, unless its status is an error's and it is
    /// the empty table.
    template <typename T>
    seastar::future<rpc_recv_typed_context<T>> send(rpc_envelope e) {
        return call(std::move(e), &verify_body<T>).then([](rpc_recv_context&& c) {
            return rpc_recv_typed_context<T>(std::move(c));
        });
    }
    /// The same, and never fails.
    template <typename T>
    seastar::future<rpc_result<T>> try_send(rpc_envelope e) {
        return call(std::move(e), &verify_body<T>).then_wrapped([](seastar::future<rpc_recv_context> f) {
            rpc_result<T> result;
            if (f.failed()) {
                result.error = error_text(f.get_exception());
                return result;
            }
            result.reply = rpc_recv_typed_context<T>(f.get());
            result.status = result.reply.ctx->status();
            return result;
        });
    }
    /// A call whose reply is bytes. The verifier may be null: the reply is not verified.
    seastar::future<rpc_recv_context> call(rpc_envelope e, rpc_body_verifier verify);

    /// Off at first; in microseconds, from the call to the reply.
    void enable_histogram_metrics();
    void disable_histogram_metrics();
    bool is_histogram_enabled() const noexcept;
    /// Null until enabled.
    seastar::lw_shared_ptr<histogram> get_histogram() const noexcept;

    /// To be filled before calls are made. Incoming filters see replies before they are verified.
    rpc_incoming_filters& incoming_filters() noexcept;
    rpc_outgoing_filters& outgoing_filters() noexcept;

    const seastar::socket_address server_addr;

private:
    static seastar::sstring error_text(const std::exception_ptr&);
    seastar::lw_shared_ptr<internal::client_core> _core;
};

}
