/// The public face of a shard's server, and its lines in the log.
#include <smf/rpc_server.h>

#include "server_core.hh"

#include <ostream>

namespace smf {

rpc_server::rpc_server(rpc_server_args args) : _core(std::make_unique<internal::server_core>(std::move(args))) {}
rpc_server::~rpc_server() = default;

void rpc_server::start() {
    LOG_INFO("Starting server:{}", *this);
    _core->start();
    LOG_INFO("Starting rpc server");
}

seastar::future<> rpc_server::stop() {
    return _core->stop();
}

seastar::future<std::unique_ptr<histogram>> rpc_server::copy_histogram() const {
    return seastar::make_ready_future<std::unique_ptr<histogram>>(std::make_unique<histogram>(*_core->latencies));
}

uint16_t rpc_server::port() const noexcept {
    return _core->port();
}

rpc_handle_router& rpc_server::router() noexcept {
    return _core->router;
}
rpc_incoming_filters& rpc_server::incoming_filters() noexcept {
    return _core->incoming_filters;
}
rpc_outgoing_filters& rpc_server::outgoing_filters() noexcept {
    return _core->outgoing_filters;
}

std::ostream& operator<<(std::ostream& o, const rpc_server& s) {
    auto& core = *s._core;
    auto& args = core.args;
    return o << "rpc_server{args.ip=" << args.ip << ", args.flags=" << args.flags << ", args.rpc_port=" << args.rpc_port
             << ", args.http_port=" << args.http_port << ", rpc_routes=" << core.router
             << ", limits=" << rpc_connection_limits(args.memory_avail_per_core, args.recv_timeout)
             << ", incoming_filters=" << core.incoming_filters.size()
             << ", outgoing_filters=" << core.outgoing_filters.size() << "}";
}

}
