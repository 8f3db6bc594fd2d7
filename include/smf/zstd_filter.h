/// Compression of bodies with Zstandard: one frame at level 3 with its content size, as the original smf sends it.
#pragma once

#include <smf/rpc_filter.h>

#include <cstdint>

namespace smf {

struct zstd_decompression_filter;

/// For outgoing filters: bodies of more than min_size bytes leave compressed, even if that makes them larger. Bodies
/// that are compressed already, or not to be, pass as they are.
///
///     client->outgoing_filters().push_back(smf::zstd_compression_filter(1000));
struct zstd_compression_filter : rpc_filter<rpc_envelope> {
    /// What undoes it; registering this filter for the incoming side registers that one.
    using inverse = zstd_decompression_filter;

    explicit zstd_compression_filter(uint32_t min_size) : min_compression_size(min_size) {}

    seastar::future<rpc_envelope> operator()(rpc_envelope&& e);

    const uint32_t min_compression_size;
};

/// For incoming filters. What is not compressed with Zstandard passes as it is. The body is refused (rpc_error with
/// status 400) unless it is one whole frame without a dictionary, with a window of at most 8 MiB, that says its size
/// and has it; and before anything is allocated when that size is above `body_size_max`, or above both 1 MiB and 100
/// times the compressed size.
struct zstd_decompression_filter : rpc_filter<rpc_recv_context> {
    explicit zstd_decompression_filter(uint32_t size_max = 4 << 20) : body_size_max(size_max) {}

    seastar::future<rpc_recv_context> operator()(rpc_recv_context&& c);

    const uint32_t body_size_max;
};

}
