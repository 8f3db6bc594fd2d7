/// What a server counts on each shard; server_metrics.cc shows it to the metrics registry.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace smf {

/// Why a connection was closed.
enum class close_reason : uint8_t {
    peer_left,       ///< end of stream between two frames
    truncated,       ///< end of stream within a frame
    reset,           ///< an error of the socket
    bad_compression, ///< the stream cannot be trusted
    too_large,       ///< after a 413
    header_timeout,
    body_timeout,
    idle,
    send_stalled,
    out_of_memory,
    stopped,
};
inline constexpr size_t close_reason_count = 11;
const char* to_string(close_reason) noexcept;

struct server_stats {
    uint64_t active_connections = 0;
    uint64_t total_connections = 0;
    uint64_t incoming_bytes = 0;
    uint64_t outgoing_bytes = 0;
    uint64_t bad_requests = 0;       ///< 400
    uint64_t no_route_requests = 0;  ///< 404
    uint64_t too_large_requests = 0; ///< 413
    uint64_t refused_requests = 0;   ///< 429 and 503
    uint64_t failed_requests = 0;    ///< the handler or a filter failed otherwise
    uint64_t timed_out_requests = 0; ///< 408
    uint64_t completed_requests = 0; ///< answered by their handlers
    uint64_t running_requests = 0;
    uint64_t accept_errors = 0;
    std::array<uint64_t, close_reason_count> closed = {};
};

}
