/// GET /metrics of one shard's server, on the loopback interface only.
#pragma once

#include <seastar/core/future.hh>

#include <cstdint>
#include <memory>

namespace smf::internal {

/// Requires: stop() has resolved before it is destroyed, once start() was called.
class admin_server {
public:
    admin_server();
    ~admin_server();
    /// In the background; a port that cannot be had is logged.
    void start(uint16_t port);
    /// Never fails.
    seastar::future<> stop() noexcept;

private:
    struct state;
    std::unique_ptr<state> _state;
};

}
