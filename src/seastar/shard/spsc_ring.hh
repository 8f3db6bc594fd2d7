/// A bounded queue of pointers from one thread to one other, without locks. The producer collects what it pushes and
/// publishes it in one store; the consumer takes all there is and gives the room back in one store.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace seastar::shard {

/// Requires: Capacity is a power of two. Each side's calls come from one thread at a time.
template <typename T, size_t Capacity>
class spsc_ring {
    static_assert(Capacity > 0 && (Capacity & (Capacity - 1)) == 0);
    static constexpr size_t cache_line = 64;

public:
    static constexpr size_t capacity = Capacity;

    // ---- the producer

    /// False when there is no room. Not seen by the consumer before publish().
    bool push(T* item) noexcept {
        if (_pushed - _head_seen == Capacity) {
            _head_seen = _head.load(std::memory_order_seq_cst);
            if (_pushed - _head_seen == Capacity) {
                return false;
            }
        }
        _slots[_pushed++ % Capacity] = item;
        return true;
    }
    /// True if there was something to publish: then the consumer may have to be woken.
    bool publish() noexcept {
        if (_pushed == _published) {
            return false;
        }
        _published = _pushed;
        _tail.store(_pushed, std::memory_order_seq_cst);
        return true;
    }

    // ---- the consumer

    bool empty() noexcept { return _popped == _tail.load(std::memory_order_seq_cst); }

    /// Calls func(T*) for all that is published, the oldest first. Returns how many there were.
    template <typename Func>
    size_t drain(Func&& func) noexcept {
        auto tail = _tail.load(std::memory_order_acquire);
        auto count = tail - _popped;
        if (count == 0) {
            return 0;
        }
        for (auto i = _popped; i != tail; ++i) {
            func(_slots[i % Capacity]);
        }
        _popped = tail;
        _head.store(tail, std::memory_order_seq_cst);
        return count;
    }

private:
    // Written by the producer, read by the consumer.
    alignas(cache_line) std::atomic<size_t> _tail{0};
    // The producer's.
    alignas(cache_line) size_t _pushed = 0;
    size_t _published = 0;
    size_t _head_seen = 0;
    // Written by the consumer, read by the producer.
    alignas(cache_line) std::atomic<size_t> _head{0};
    // The consumer's.
    size_t _popped = 0;
    alignas(cache_line) std::array<T*, Capacity> _slots;
};

}
