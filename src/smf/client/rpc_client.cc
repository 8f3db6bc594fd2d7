/// The public face of a client.
#include <smf/rpc_client.h>

#include "client_core.hh"

namespace smf {

rpc_client::rpc_client(seastar::ipv4_addr server)
    : rpc_client([&server] {
          rpc_client_opts o;
          o.server_addr = server;
          return o;
      }()) {}

rpc_client::rpc_client(rpc_client_opts opts)
    : server_addr(opts.server_addr), _core(seastar::make_lw_shared<internal::client_core>(std::move(opts))) {}

rpc_client::rpc_client(rpc_client&&) noexcept = default;

rpc_client::~rpc_client() {
    if (_core) {
        _core->abandon();
    }
}

seastar::future<> rpc_client::connect() {
    return _core->connect();
}
seastar::future<> rpc_client::reconnect() {
    return _core->reconnect();
}
seastar::future<> rpc_client::stop() {
    return _core->stop();
}
bool rpc_client::is_conn_valid() const noexcept {
    return _core->connected();
}

seastar::future<rpc_recv_context> rpc_client::call(rpc_envelope e, rpc_body_verifier verify) {
    return _core->call(std::move(e), verify);
}

void rpc_client::enable_histogram_metrics() {
    if (!_core->state().latencies) {
        _core->state().latencies = histogram::make_lw_shared();
    }
    _core->state().recording = true;
}
void rpc_client::disable_histogram_metrics() {
    _core->state().recording = false;
}
bool rpc_client::is_histogram_enabled() const noexcept {
    return _core->state().recording;
}
seastar::lw_shared_ptr<histogram> rpc_client::get_histogram() const noexcept {
    return _core->state().latencies;
}

rpc_incoming_filters& rpc_client::incoming_filters() noexcept {
    return _core->state().incoming_filters;
}
rpc_outgoing_filters& rpc_client::outgoing_filters() noexcept {
    return _core->state().outgoing_filters;
}

seastar::sstring rpc_client::error_text(const std::exception_ptr& ex) {
    try {
        std::rethrow_exception(ex);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

}
