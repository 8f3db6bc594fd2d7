/// The armed timers of one clock on one shard. A radix queue: bucket i holds the timers whose expiry first differs from
/// the last expiry time in bit i. Arming and cancelling are O(1) and allocate nothing; each timer moves to a lower
/// bucket at most 63 times before it fires.
#pragma once

#include <seastar/core/internal/timer_node.hh>

#include <array>
#include <cstddef>
#include <cstdint>

namespace seastar::loop {

class timer_queue {
public:
    timer_queue() = default;
    timer_queue(const timer_queue&) = delete;
    ~timer_queue(); ///< Timers that are still armed are disarmed.

    void insert(internal::timer_node& t) noexcept;
    void remove(internal::timer_node& t) noexcept;
    /// `with` takes `t`'s place. Requires: t is in this queue, with is in none.
    void replace(internal::timer_node& t, internal::timer_node& with) noexcept;

    bool empty() const noexcept { return _size == 0; }
    /// No timer expires before; INT64_MAX when there are none.
    int64_t next_expiry() const noexcept { return _next; }

    /// Runs the callbacks of all timers that are due at `now`, in order of expiry; periodic ones are armed again first.
    /// True if any ran.
    bool expire(int64_t now) noexcept;

private:
    using node = internal::timer_node;
    static constexpr unsigned bucket_count = 65; ///< 0: due; 1 + i: first difference from _last in bit i
    struct list {
        node* head = nullptr;
        node* tail = nullptr;
    };
    unsigned bucket_of(int64_t expiry) const noexcept;
    void append(unsigned bucket, node& t) noexcept;
    void unlink(node& t) noexcept;
    void settle() noexcept;
    void find_next() noexcept;
    static void sort(list& l) noexcept;

    std::array<list, bucket_count> _buckets;
    uint64_t _nonempty = 0; ///< bit i: bucket i + 1 holds timers
    int64_t _last = 0;
    int64_t _next = INT64_MAX;
    size_t _size = 0;
};

}
