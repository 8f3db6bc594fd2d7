#include <seastar/core/timer.hh>

#include "kernel/clock.hh"
#include "loop/shard.hh"

#include <seastar/util/assert.hh>

namespace seastar::internal {

timer_node::timer_node(timer_node&& other) noexcept
    : _armed(std::exchange(other._armed, false)), _expiry(other._expiry), _period(other._period),
      _callback(std::move(other._callback)), _group(other._group), _clock(other._clock) {
    if (other.queued()) {
        other._queue->replace(other, *this);
    }
}

void timer_node::arm(int64_t expiry, int64_t period) noexcept {
    SEASTAR_ASSERT(!_armed);
    _expiry = expiry;
    _period = period;
    _armed = true;
    loop::this_shard().timers(_clock).insert(*this);
}

int64_t steady_now() noexcept {
    auto* shard = loop::this_shard_or_null();
    return shard ? shard->ring().now() : kernel::monotonic_now();
}

bool timer_node::cancel() noexcept {
    if (!_armed) {
        return false;
    }
    _armed = false;
    if (_queue) {
        _queue->remove(*this);
    }
    return true;
}

}
