/// How a server is set up.
#pragma once

#include <smf/rpc_credentials.h>

#include <seastar/core/sstring.hh>

#include <chrono>
#include <cstdint>

namespace smf {

enum rpc_server_flags : uint32_t {
    rpc_server_flags_none = 0,
    rpc_server_flags_disable_http_server = 1,
};

/// Filled by assignment, then given to sharded<rpc_server>::start(), which copies it to every shard.
struct rpc_server_args {
    using duration = std::chrono::steady_clock::duration;

    rpc_server_args() {}

    seastar::sstring ip = "";    ///< numeric; empty: any address
    uint16_t rpc_port = 11225;
    uint16_t http_port = 33140;  ///< /metrics, on the loopback interface only
    uint32_t flags = 0;          ///< rpc_server_flags
    rpc_credentials_ptr credentials; ///< TLS is not there yet: start() refuses when it is set
    /// Cap on the time that one body may take to arrive, however fast it comes.
    duration recv_timeout = std::chrono::minutes(1);
    /// Bytes per shard for requests and replies; what is used is at most a quarter of the shard's share of memory.
    uint64_t memory_avail_per_core = uint64_t(1) << 31;

    // Limits on what peers may ask for.
    uint32_t body_size_max = 4 << 20;                  ///< larger: 413
    duration header_timeout = std::chrono::seconds(5); ///< from the first byte of a header to its last
    uint32_t body_bytes_per_second_min = 4096;         ///< after body_grace
    duration body_grace = std::chrono::seconds(2);
    duration idle_timeout = std::chrono::minutes(5);   ///< scaled down to 2 s when memory is short
    uint32_t connection_requests_max = 256;            ///< running at once; more: the connection is not read
    uint32_t shard_requests_max = 16384;               ///< running at once; more: 429
    uint64_t connection_memory_max = 8 << 20;          ///< requests and unsent replies; more: not read
    uint64_t connection_unsent_max = 1 << 20;          ///< unsent replies; more: the connection is not read
    duration send_stall_timeout = std::chrono::seconds(30); ///< unsent replies and no progress: closed
    duration handler_timeout = duration::zero();       ///< 0: none; else the caller gets 408 when it passes
    uint32_t connections_max = 0;                      ///< per shard; 0: half of the descriptors, shared out
    duration stop_timeout = std::chrono::seconds(5);   ///< stop() waits that long for replies to leave
};

}
