/// What the compression filters have in common: when they apply, the limit of expansion, and the header that tells.
/// A codec is two functions on bytes: zstd_codec.cc and lz4_codec.cc.
#pragma once

#include <smf/rpc_filter.h>

#include <seastar/core/temporary_buffer.hh>

#include <cstdint>
#include <string_view>

namespace smf {

using buffer = seastar::temporary_buffer<char>;

/// The plain body, or why there is none.
struct expansion {
    buffer body;
    const char* refused = nullptr;

    explicit expansion(buffer b) noexcept : body(std::move(b)) {}
    explicit expansion(const char* why) noexcept : refused(why) {}
};

/// compress() throws std::bad_alloc, and std::runtime_error for what the library cannot do. expand() allocates nothing
/// before it knows the plain size and found it to be at most size_max; throws std::bad_alloc.
struct codec {
    rpc::compression_flags kind;
    buffer (*compress)(std::string_view plain);
    /// The same in steps, for bodies above large_body_min, one at a time on a shard; null if it cannot be done so.
    seastar::future<buffer> (*compress_large)(buffer plain);
    expansion (*expand)(std::string_view compressed, uint64_t size_max);
};
/// About 3 ms of work.
inline constexpr size_t large_body_min = 256 << 10;
extern const codec zstd_codec;
extern const codec lz4_codec;

/// How large a body may become that has `wire` bytes.
constexpr uint64_t expanded_size_max(uint64_t wire, uint64_t body_size_max) noexcept {
    constexpr uint64_t always_allowed = 1 << 20;
    constexpr uint64_t ratio_max = 100;
    auto by_ratio = wire * ratio_max > always_allowed ? wire * ratio_max : always_allowed;
    return by_ratio < body_size_max ? by_ratio : body_size_max;
}

/// Buffers are made for the worst case; one that is mostly empty is not to be held until it is sent.
inline buffer shrunk(buffer b, size_t size) {
    if (size < b.size() / 4 * 3) {
        return buffer(b.get(), size);
    }
    b.trim(size);
    return b;
}

seastar::future<rpc_envelope> compress_body(const codec&, rpc_envelope&& e, uint32_t size_min) noexcept;
seastar::future<rpc_recv_context> expand_body(const codec&, rpc_recv_context&& c, uint32_t body_size_max) noexcept;

}
