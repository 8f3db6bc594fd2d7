/// The memory of one shard: a range of addresses of its own, and the blocks in it.
///
/// One thread at a time owns a heap (shard_heaps.hh) and allocates from it, without atomics. All others may only give
/// blocks back: those wait in a list until the owner, or a later one, comes past.
///
/// The range begins with the heap itself; the table of its pages follows, then the pages. A block of up to 16 KiB
/// belongs to a size class; larger ones are spans of pages. What is not in use is not touched.
#pragma once

#include "memory/heap/page_allocator.hh"

#include <atomic>

namespace seastar::memory {

/// What is counted in a heap, since it was made.
struct heap_counters {
    uint64_t mallocs = 0;
    uint64_t frees = 0;           ///< of blocks of this heap, wherever they were given back
    uint64_t cross_cpu_frees = 0; ///< of those, by other threads
    uint64_t foreign_frees = 0;   ///< of blocks of the C library, by the owner
    uint64_t failed = 0;
    uint64_t reclaims = 0;
    uint64_t large = 0; ///< allocations of large_threshold bytes, or more
    uint64_t bytes = 0; ///< that were asked for
};

class shard_heap {
public:
    /// Requires: `this` is the beginning of a range of `range` bytes, a power of two, that reads as zeros.
    shard_heap(size_t range, unsigned number) noexcept;
    shard_heap(const shard_heap&) = delete;

    /// Where, from its beginning, the parts of a heap lie: the heap and the table up to `table_end`, the pages from
    /// `pages_begin` to `pages_end`. The table is as long as the range could need it, but nobody looks at what is
    /// between.
    struct layout {
        size_t table_end;
        size_t pages_begin;
        size_t pages_end;
    };
    /// For a heap that is to use so many bytes, its table's included, or all of its range.
    static layout layout_for(size_t range, size_t bytes) noexcept;

    /// Requires: the parts are accessible.
    void set_limit(const layout& parts) noexcept;
    /// How many bytes of pages may be in use.
    size_t limit() const noexcept { return _limit; }
    /// When allocations that take pages leave less free, they call when_low.
    void set_min_free(size_t bytes) noexcept { _min_free = bytes; }
    size_t min_free() const noexcept { return _min_free; }

    /// Called before each allocation by malloc() and its relatives; if it throws, that one fails.
    void (*before_allocation)() = nullptr;
    // Called within allocations that have found their block; they may allocate.
    void (*when_low)() noexcept = nullptr;
    void (*when_large)(size_t bytes) noexcept = nullptr; ///< for as many as large_threshold, or more
    size_t large_threshold = SIZE_MAX;

    // ---- The owner's. Null when there is no room.

    void* allocate(size_t size) noexcept {
        count(size);
        if (size > small_max) [[unlikely]] {
            return allocate_large(size);
        }
        return allocate_small(class_of(size));
    }
    /// Requires: alignment is a power of two.
    void* allocate_aligned(size_t alignment, size_t size) noexcept;
    /// All of its bytes are 0.
    void* allocate_zeroed(size_t size) noexcept;
    /// Requires: a block of this heap.
    void free(void* p) noexcept {
        auto& head = head_of(p);
        ++_counters.frees;
        if (head.kind != span_kind::small) [[unlikely]] {
            free_large(p, head);
            return;
        }
        *static_cast<void**>(p) = head.objects;
        head.objects = p;
        if (--head.used == 0 || !head.listed) [[unlikely]] {
            span_has_room(head);
        }
    }
    /// Makes a block larger or smaller without moving it. False: it is as it was.
    bool resize(void* p, size_t size) noexcept;
    /// Takes back what others gave back.
    void drain() noexcept;
    /// Gives memory that is free, but was in use, to the system.
    void trim() noexcept;

    // ---- Anybody's.

    bool contains(const void* p) const noexcept {
        return reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(this) < _range;
    }
    /// Requires: a block of this heap, which the caller owns.
    size_t usable_size(const void* p) const noexcept;
    void free_from_elsewhere(void* p) noexcept;
    bool others_gave_back() const noexcept { return _given_back.load(std::memory_order_relaxed) != nullptr; }

    // ---- Figures, the owner's.

    const heap_counters& counters() const noexcept { return _counters; }
    void count_reclaim() noexcept { ++_counters.reclaims; }
    void count_foreign_free() noexcept { ++_counters.foreign_frees; }
    size_t used_bytes() const noexcept { return size_t(_pages.used_pages()) * page_size; }
    unsigned number() const noexcept { return _number; }
    size_t range() const noexcept { return _range; }

private:
    page* table() noexcept { return reinterpret_cast<page*>(reinterpret_cast<char*>(this) + table_begin); }
    const page* table() const noexcept { return const_cast<shard_heap*>(this)->table(); }
    uint32_t page_of(const void* p) const noexcept {
        auto offset = reinterpret_cast<uintptr_t>(p) - reinterpret_cast<uintptr_t>(this);
        return static_cast<uint32_t>(offset / page_size);
    }
    page& head_of(const void* p) noexcept {
        auto* at = table() + page_of(p);
        return *(at - at->back);
    }
    char* address_of(uint32_t page) noexcept { return reinterpret_cast<char*>(this) + size_t(page) * page_size; }

    void count(size_t size) noexcept {
        ++_counters.mallocs;
        _counters.bytes += size;
    }
    void* allocate_small(unsigned c) noexcept {
        auto& head = *_room[c];
        if (void* p = head.objects) [[likely]] {
            head.objects = *static_cast<void**>(p);
            ++head.used;
            return p;
        }
        return allocate_small_slow(c);
    }
    [[gnu::noinline]] void* allocate_small_slow(unsigned c) noexcept;
    [[gnu::noinline]] void* allocate_large(size_t size) noexcept;
    [[gnu::noinline]] void free_large(void* p, page& head) noexcept;
    [[gnu::noinline]] void span_has_room(page& head) noexcept;
    bool carve(page& head, unsigned c) noexcept;
    bool new_span(unsigned c) noexcept;
    bool free_empty_spans() noexcept;
    void list(page& head) noexcept;
    void unlist(page& head) noexcept;
    /// Calls allocate(), once more if empty spans were in the way.
    template <typename Allocate>
    uint32_t take_pages(Allocate allocate) noexcept {
        auto first = allocate();
        return first || !free_empty_spans() ? first : allocate();
    }
    void* large_block(uint32_t first, size_t size) noexcept;
    void* failed() noexcept;
    void look_at_what_is_left() noexcept {
        if (when_low && used_bytes() + _min_free > _limit) [[unlikely]] {
            when_low();
        }
    }

    static constexpr size_t table_begin = page_size;

    // Fixed after construction.
    size_t _range;
    unsigned _number;

    size_t _limit = 0;
    size_t _min_free = 0;
    page_allocator _pages;
    std::array<page*, class_count> _room; ///< the first span with room of each class, or _full
    page _full{};                         ///< a span without room
    heap_counters _counters;

    alignas(64) std::atomic<void*> _given_back = nullptr; ///< a list of blocks, the last one first
};
static_assert(sizeof(shard_heap) <= page_size);

}
