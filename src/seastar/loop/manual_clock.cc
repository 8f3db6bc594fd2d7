#include <seastar/core/manual_clock.hh>

#include "loop/shard.hh"

#include <atomic>

namespace seastar {

namespace {
// The one time of all shards, by the class's contract.
constinit std::atomic<int64_t> manual_now{0};
}

manual_clock::time_point manual_clock::now() noexcept {
    return time_point(duration(manual_now.load(std::memory_order_relaxed)));
}

void manual_clock::advance(duration d) noexcept {
    manual_now.fetch_add(d.count(), std::memory_order_relaxed);
    if (auto* s = loop::this_shard_or_null()) {
        s->timers(internal::timer_clock::manual).expire(now().time_since_epoch().count());
    }
}

}
