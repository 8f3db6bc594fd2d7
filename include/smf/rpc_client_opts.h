/// How a client is set up.
#pragma once

#include <smf/rpc_credentials.h>

#include <seastar/net/socket_defs.hh>

#include <chrono>
#include <cstdint>

namespace smf {

/// Filled by assignment: smf::rpc_client_opts opts{}; opts.server_addr = seastar::ipv4_addr{"127.0.0.1", 11225};
struct rpc_client_opts {
    using duration = std::chrono::steady_clock::duration;

    rpc_client_opts() {}

    seastar::ipv4_addr server_addr;  ///< numeric
    rpc_credentials_ptr credentials; ///< TLS is not there yet: connect() fails when it is set
    /// The deadline of each call, and of connect().
    duration recv_timeout = std::chrono::minutes(1);
    /// Bytes of requests that are outstanding; further calls wait, in order.
    uint64_t memory_avail_for_client = uint64_t(1) << 30;
    /// A reply with a larger body fails the connection, unread.
    uint32_t body_size_max = 4 << 20;
};

}
