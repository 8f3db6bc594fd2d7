#include <seastar/core/lowres_clock.hh>

#include "loop/shard.hh"

namespace seastar {

void lowres_clock::update() noexcept {
    if (auto* s = loop::this_shard_or_null()) {
        internal::hot.lowres_now = s->ring().now();
    }
}

int64_t lowres_clock::exact() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

lowres_system_clock::time_point lowres_system_clock::now() noexcept {
    return time_point(std::chrono::system_clock::now().time_since_epoch());
}

}
