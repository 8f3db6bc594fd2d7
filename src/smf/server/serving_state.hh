/// What the connections of one shard's server share.
#pragma once

#include "server_stats.hh"
#include "shard_memory.hh"

#include "smf/transport/chunk_pool.hh"
#include "smf/transport/filter_stage.hh"

#include <smf/histogram.h>
#include <smf/rpc_filter.h>
#include <smf/rpc_handle_router.h>
#include <smf/rpc_server_args.h>

#include <seastar/core/lowres_clock.hh>
#include <seastar/net/socket_defs.hh>

#include <memory>
#include <string_view>

namespace smf {

/// Log lines that peers can bring about: one per second at most; the next one says how many were left out.
class peer_log {
    seastar::lowres_clock::time_point _last;
    uint64_t _left_out = 0;

public:
    void warn(std::string_view what, const seastar::socket_address& peer) noexcept;
};

/// Lives in the server and outlives its connections.
struct serving_state {
    explicit serving_state(rpc_server_args a);
    serving_state(const serving_state&) = delete;

    // Fixed once started.
    const rpc_server_args args;
    rpc_handle_router router;
    rpc_incoming_filters incoming_filters;
    rpc_outgoing_filters outgoing_filters;

    filter_stage<rpc_recv_context> incoming{"smf::rpc_server::incoming::filter", incoming_filters};
    filter_stage<rpc_envelope> outgoing{"smf::rpc_server::outgoing::filter", outgoing_filters};
    shard_memory memory;
    chunk_pool chunks;
    server_stats stats;
    std::unique_ptr<histogram> latencies;
    peer_log log;
    /// The largest body that may be asked for: the cap, or what the memory can hold at all.
    const uint32_t body_size_max;
    bool stopping = false;

    bool busy() const noexcept { return stats.running_requests >= args.shard_requests_max; }
};

}
