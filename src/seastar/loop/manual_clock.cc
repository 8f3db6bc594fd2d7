#include <seastar/core/manual_clock.hh>

#include "loop/manual_time.hh"
#include "loop/shard.hh"

namespace seastar {

manual_clock::time_point manual_clock::now() noexcept { return time_point(duration(loop::manual_time::now())); }

void manual_clock::advance(duration d) noexcept {
    loop::manual_time::add(d.count());
    if (auto* s = loop::this_shard_or_null()) {
        s->timers(internal::timer_clock::manual).expire(loop::manual_time::now());
    }
}

}
