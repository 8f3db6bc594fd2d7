/// The limits that follow from the configuration, and the lines about peers.
#include "serving_state.hh"

#include "usable_memory.hh"

#include <smf/log.h>

#include <fmt/format.h>

#include <algorithm>

namespace smf {

serving_state::serving_state(rpc_server_args a)
    : args(std::move(a)), memory(usable_memory(args.memory_avail_per_core)), latencies(histogram::make_unique()),
      body_size_max(static_cast<uint32_t>(std::min<uint64_t>(
          args.body_size_max, memory.limit() - std::min<uint64_t>(memory.limit(), request_overhead)))) {}

void peer_log::warn(std::string_view what, const seastar::socket_address& peer) noexcept {
    auto now = seastar::lowres_clock::now();
    if (now - _last < std::chrono::seconds(1)) {
        ++_left_out;
        return;
    }
    _last = now;
    LOG_WARN("{}, peer {} ({} more such lines left out)", what, peer, std::exchange(_left_out, 0));
}

}
