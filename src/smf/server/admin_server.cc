/// Glue between the HTTP server, the Prometheus exposition and one rpc_server.
#include "admin_server.hh"

#include <smf/log.h>

#include <seastar/core/prometheus.hh>
#include <seastar/http/httpd.hh>

#include <fmt/format.h>

namespace smf::internal {

struct admin_server::state {
    explicit state(uint16_t port)
        : address(seastar::ipv4_addr("127.0.0.1", port)), server(fmt::format("smf-{}", port)) {}
    seastar::socket_address address;
    seastar::httpd::http_server server;
    seastar::future<> started = seastar::make_ready_future<>();
};

admin_server::admin_server() = default;
admin_server::~admin_server() = default;

void admin_server::start(uint16_t port) {
    LOG_INFO("Starting HTTP admin server on background future");
    _state = std::make_unique<state>(port);
    seastar::prometheus::config config;
    config.metric_help = "smf rpc server statistics";
    config.prefix = "smf";
    _state->started = seastar::prometheus::add_prometheus_routes(_state->server, config)
                          .then([this] {
                              LOG_INFO("HTTP server started, adding prometheus routes");
                              return _state->server.listen(_state->address);
                          })
                          .handle_exception([this](std::exception_ptr ex) {
                              LOG_ERROR("no HTTP admin server on {}: {}", _state->address, ex);
                          });
}

seastar::future<> admin_server::stop() noexcept {
    return std::exchange(_state->started, seastar::make_ready_future<>())
        .then([this] { return _state->server.stop(); })
        .handle_exception([](std::exception_ptr) {});
}

}
