/// One shard's server of the echo service, and the check that it ends as it began.
#pragma once

#include "smf/server/server_core.hh"

#include "smf/testing/echo_service.hh"
#include "smf/testing/raw_peer.hh"
#include "smf/testing/run_app.hh"

#include <seastar/core/sleep.hh>

#include <gtest/gtest.h>

#include <dirent.h>
#include <memory>

namespace smf {

using namespace std::chrono_literals;
using internal::server_core;

inline rpc_server_args quiet_args() {
    rpc_server_args a;
    a.ip = "127.0.0.1";
    a.rpc_port = 0;
    a.flags = rpc_server_flags_disable_http_server;
    return a;
}

/// Until it is true, or 10 s are over.
template <typename F>
bool eventually(F f) {
    for (int i = 0; i < 1000; ++i) {
        if (f()) {
            return true;
        }
        seastar::sleep(10ms).get();
    }
    return f();
}

/// A server of the echo service, and the check that it ends as it began.
struct server_fixture {
    held_calls held;
    server_core server;

    explicit server_fixture(rpc_server_args a = quiet_args()) : server(std::move(a)) {
        server.router.register_service(std::make_unique<echo_service>(&held));
    }
    ~server_fixture() {
        held.release_all();
        EXPECT_TRUE(eventually([&] {
            held.release_all();
            return server.stats.running_requests == 0;
        }));
        server.stop().get();
        EXPECT_EQ(server.memory.used(), 0u);
        EXPECT_EQ(server.stats.active_connections, 0u);
    }
    server_fixture& start() {
        server.start();
        return *this;
    }
    raw_peer connect() { return raw_peer(server.port()); }
    uint64_t closed(close_reason r) const { return server.stats.closed[static_cast<size_t>(r)]; }
    bool gone(uint64_t connections = 0) {
        return eventually([&] { return server.stats.active_connections == connections; });
    }
};

/// Of this process.
inline size_t open_descriptors() {
    size_t n = 0;
    auto dir = opendir("/proc/self/fd");
    while (readdir(dir)) {
        ++n;
    }
    closedir(dir);
    return n;
}

}
