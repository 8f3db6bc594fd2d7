/// First come, first served: a small request does not overtake a large one that waits.
#include "shard_memory.hh"

namespace smf {

bool shard_memory::reserve(uint64_t n, waiter& w) noexcept {
    SEASTAR_ASSERT(!w._waiting && n <= _limit);
    if (!_first && _used + n <= _limit) {
        _used += n;
        return true;
    }
    w._wanted = n;
    w._waiting = true;
    w._next = nullptr;
    w._prev = _last;
    (_last ? _last->_next : _first) = &w;
    _last = &w;
    return false;
}

void shard_memory::release(uint64_t n) noexcept {
    SEASTAR_ASSERT(n <= _used);
    _used -= n;
    if (_first) {
        grant();
    }
}

void shard_memory::grant() noexcept {
    if (_granting) {
        return; // the loop below goes on
    }
    _granting = true;
    while (_first && _used + _first->_wanted <= _limit) {
        auto& w = *_first;
        unlink(w);
        _used += w._wanted;
        w.memory_granted();
    }
    _granting = false;
}

void shard_memory::forget(waiter& w) noexcept {
    if (w._waiting) {
        unlink(w);
        grant(); // those behind it may fit
    }
}

void shard_memory::unlink(waiter& w) noexcept {
    (w._prev ? w._prev->_next : _first) = w._next;
    (w._next ? w._next->_prev : _last) = w._prev;
    w._waiting = false;
}

}
