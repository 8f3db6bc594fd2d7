#include <seastar/core/lowres_clock.hh>

#include "kernel/clock.hh"
#include "loop/shard.hh"

namespace seastar {

void lowres_clock::update() noexcept {
    if (auto* s = loop::this_shard_or_null()) {
        internal::hot.lowres_now = s->ring().now();
    }
}

int64_t lowres_clock::exact() noexcept { return kernel::monotonic_now(); }

lowres_system_clock::time_point lowres_system_clock::now() noexcept {
    return time_point(std::chrono::nanoseconds(kernel::realtime_now()));
}

}
