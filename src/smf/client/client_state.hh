/// What a client and its connections share: options, filters, memory, histogram.
#pragma once

#include "smf/transport/chunk_pool.hh"
#include "smf/transport/filter_stage.hh"

#include <smf/histogram.h>
#include <smf/rpc_client_opts.h>
#include <smf/rpc_filter.h>

#include <seastar/core/lowres_clock.hh>
#include <seastar/core/semaphore.hh>
#include <seastar/core/shared_ptr.hh>

namespace smf::internal {

/// Lives on one shard as long as anybody holds it.
struct client_state {
    explicit client_state(rpc_client_opts o) : opts(std::move(o)), memory(opts.memory_avail_for_client) {}
    client_state(const client_state&) = delete;

    /// A call that was admitted has its answer.
    void ended(uint32_t bytes, seastar::lowres_clock::time_point begin) noexcept;

    const rpc_client_opts opts;
    rpc_incoming_filters incoming_filters;
    rpc_outgoing_filters outgoing_filters;
    filter_stage<rpc_recv_context> incoming{"smf::rpc_client::incoming::filter", incoming_filters};
    filter_stage<rpc_envelope> outgoing{"smf::rpc_client::outgoing::filter", outgoing_filters};
    seastar::lw_shared_ptr<histogram> latencies; // null: never enabled
    bool recording = false;
    chunk_pool chunks;
    seastar::semaphore memory;
};

}
