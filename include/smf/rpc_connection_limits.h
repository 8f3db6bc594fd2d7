/// The memory of a shard's requests and replies, and the time that a body may take.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>

namespace smf {

/// As configured; the books are kept by the server.
struct rpc_connection_limits {
    rpc_connection_limits(uint64_t max_memory_, std::chrono::steady_clock::duration max_body_parsing_duration_) noexcept
        : max_memory(max_memory_), max_body_parsing_duration(max_body_parsing_duration_),
          resources_available(max_memory_) {}
    uint64_t max_memory;
    std::chrono::steady_clock::duration max_body_parsing_duration;
    uint64_t resources_available;
};
/// rpc_connection_limits{max_mem:2.000 GB, max_body_parsing_duration: 60000ms, res_avail:2.000 GB (2147483648)}
std::ostream& operator<<(std::ostream&, const rpc_connection_limits&);

}
