#include "shard/alien_inbox.hh"

#include <utility>

namespace seastar::shard {

using internal::alien_work;
using internal::task_access;

bool alien_inbox::send(alien_work& work) noexcept {
    std::lock_guard lock(_producers);
    if (!_ring) {
        return false;
    }
    auto* before = _newest.load(std::memory_order_relaxed);
    do {
        task_access::next(work) = before;
    } while (!_newest.compare_exchange_weak(before, &work, std::memory_order_seq_cst, std::memory_order_relaxed));
    if (_sleep.must_wake()) {
        _ring->wake();
    }
    return true;
}

void alien_inbox::open(kernel::ring& ring) noexcept {
    std::lock_guard lock(_producers);
    _ring = &ring;
}

void alien_inbox::close() noexcept {
    {
        std::lock_guard lock(_producers);
        _ring = nullptr;
    }
    auto* work = reversed(_newest.exchange(nullptr));
    while (work) {
        std::exchange(work, static_cast<alien_work*>(task_access::next(*work)))->discard();
    }
}

bool alien_inbox::take() noexcept {
    if (_newest.load(std::memory_order_relaxed) == nullptr) {
        return false;
    }
    auto* work = reversed(_newest.exchange(nullptr, std::memory_order_acquire));
    while (work) {
        schedule(std::exchange(work, static_cast<alien_work*>(task_access::next(*work))));
    }
    return true;
}

alien_work* alien_inbox::reversed(alien_work* newest) noexcept {
    alien_work* oldest = nullptr;
    while (newest) {
        auto* before = static_cast<alien_work*>(task_access::next(*newest));
        task_access::next(*newest) = oldest;
        oldest = std::exchange(newest, before);
    }
    return oldest;
}

}
