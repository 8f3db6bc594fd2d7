#include "loop/manual_time.hh"

#include <atomic>

namespace seastar::loop::manual_time {

namespace {
// tidy-allow(global): manual_clock is one clock for all shards, and tests use it before there is a node
constinit std::atomic<int64_t> current{0};
}

int64_t now() noexcept { return current.load(std::memory_order_relaxed); }

void add(int64_t nanoseconds) noexcept { current.fetch_add(nanoseconds, std::memory_order_relaxed); }

}
