/// Divides a range of pages into spans, and keeps the free ones in lists by length. Spans that lie side by side become
/// one when they are free.
///
/// Pages that were never used lie at the end of the range and are taken last: memory is touched as it is needed.
///
/// Not thread-safe: one shard's. The table has an entry for each page. Entries that are valid: the first and the last
/// page of each span, and every page of a small one.
#pragma once

#include "memory/heap/size_classes.hh"

namespace seastar::memory {

enum class span_kind : uint8_t {
    none,  ///< no span, or within one
    free,  ///< in a list
    large, ///< one block
    small, ///< blocks of one class
};

/// What is known of a page. Page 0 is in no span: as a number it stands for none.
struct page {
    void* objects;      ///< small, first page: list of blocks that were freed
    uint32_t next;      ///< first page of the next span of a list, free or of a size class; 0 at its end
    uint32_t previous;  ///< the same, backwards
    uint32_t count;     ///< first page: pages of the span
    uint32_t back;      ///< this page's distance from the first one of its span
    uint16_t used;      ///< small, first page: blocks that are in use
    uint16_t carved;    ///< small, first page: blocks that ever were
    uint8_t class_index;
    span_kind kind;
    bool listed; ///< small, first page: in the list of spans with room
};
static_assert(sizeof(page) == 32);

class page_allocator {
public:
    /// Spans of fewer than this many pages have lists by their exact length; longer ones four to each doubling.
    static constexpr uint32_t exact_lists = 64;

    /// Manages the pages from `first` up to `end` of those that `table` tells of. The table reads as zeros.
    void init(page* table, uint32_t first, uint32_t end) noexcept;
    /// Another end. One that is nearer than before says how many pages may be in use, not which: what is beyond stays.
    void set_end(uint32_t end) noexcept;

    /// A span, `large` for the time being: its first page, or 0 if there is none of this length. Requires: count > 0.
    uint32_t allocate(uint32_t count) noexcept;
    /// The same, its first page's number plus `offset` a multiple of `alignment`, a power of two.
    uint32_t allocate_aligned(uint32_t count, uint32_t alignment, uint32_t offset) noexcept;
    /// Requires: the first page of a span.
    void free(uint32_t first) noexcept;
    /// Makes a large span longer or shorter where it is. False if it cannot grow, and then it is as it was.
    bool resize(uint32_t first, uint32_t count) noexcept;

    /// Whether nobody ever had pages from this one on: the memory is zero.
    bool untouched_from(uint32_t first) const noexcept { return first >= _touched; }
    /// The highest page that is, or was, in use, plus one; to be asked for before pages are allocated.
    uint32_t touched() const noexcept { return _touched; }

    uint32_t used_pages() const noexcept { return _used; }

    /// Calls func(first, count) for all that is free and was in use, and forgets that it was: func gives it back to the
    /// system, so that it reads as zeros.
    template <typename Func>
    void for_each_free(Func func) {
        for (auto first : _lists) {
            for (; first; first = _table[first].next) {
                func(first, _table[first].count);
            }
        }
        if (_touched > _top) {
            func(_top, _touched - _top);
            _touched = _top;
        }
    }

private:
    static constexpr unsigned list_count = exact_lists + (32 - 6) * 4;

    static unsigned list_of(uint32_t count) noexcept;
    void put(uint32_t first, uint32_t count) noexcept;
    void take(uint32_t first) noexcept;
    uint32_t find(uint32_t count) const noexcept;
    void mark(uint32_t first, uint32_t count, span_kind kind) noexcept;
    void free_range(uint32_t first, uint32_t count) noexcept;

    page* _table = nullptr;
    uint32_t _first = 0;
    uint32_t _top = 0; ///< none of the pages from here on is in a span
    uint32_t _end = 0; ///< the farthest that ever was
    uint32_t _touched = 0;
    uint32_t _used_max = 0;
    uint32_t _used = 0;
    std::array<uint32_t, list_count> _lists{};
    std::array<uint64_t, (list_count + 63) / 64> _filled{}; ///< a bit for each list that is not empty
};

}
