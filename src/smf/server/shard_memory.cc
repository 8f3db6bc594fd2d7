/// First come, first served: a small request does not overtake a large one that waits.
#include "shard_memory.hh"

namespace smf {

void shard_memory::wait(uint64_t n, waiter& w) noexcept {
    w._wanted = n;
    w._waiting = true;
    w._next = nullptr;
    w._prev = _last;
    (_last ? _last->_next : _first) = &w;
    _last = &w;
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
