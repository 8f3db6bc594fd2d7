#include "memory/heap/page_allocator.hh"

#include <seastar/util/assert.hh>

#include <algorithm>

namespace seastar::memory {

namespace {
constexpr unsigned looks_max = 8; // at spans of a list whose lengths differ
}

void page_allocator::init(page* table, uint32_t first, uint32_t end) noexcept {
    SEASTAR_ASSERT(first > 0 && first <= end);
    _table = table;
    _first = _top = _touched = first;
    set_end(end);
}

void page_allocator::set_end(uint32_t end) noexcept {
    SEASTAR_ASSERT(_first <= end);
    _used_max = end - _first;
    _end = std::max(_end, end);
}

unsigned page_allocator::list_of(uint32_t count) noexcept {
    if (count < exact_lists) {
        return count;
    }
    unsigned log2 = static_cast<unsigned>(std::bit_width(count)) - 1;
    return exact_lists + (log2 - 6) * 4 + (count >> (log2 - 2) & 3);
}

void page_allocator::mark(uint32_t first, uint32_t count, span_kind kind) noexcept {
    auto& head = _table[first];
    head.count = count;
    head.back = 0;
    head.kind = kind;
    auto& last = _table[first + count - 1];
    last.back = count - 1;
    last.kind = kind;
}

void page_allocator::put(uint32_t first, uint32_t count) noexcept {
    mark(first, count, span_kind::free);
    auto list = list_of(count);
    auto& head = _table[first];
    head.previous = 0;
    head.next = _lists[list];
    if (head.next) {
        _table[head.next].previous = first;
    }
    _lists[list] = first;
    _filled[list / 64] |= uint64_t(1) << list % 64;
}

void page_allocator::take(uint32_t first) noexcept {
    auto& head = _table[first];
    if (head.next) {
        _table[head.next].previous = head.previous;
    }
    if (head.previous) {
        _table[head.previous].next = head.next;
        return;
    }
    auto list = list_of(head.count);
    _lists[list] = head.next;
    if (!head.next) {
        _filled[list / 64] &= ~(uint64_t(1) << list % 64);
    }
}

uint32_t page_allocator::find(uint32_t count) const noexcept {
    auto list = list_of(count);
    unsigned looks = looks_max;
    for (auto first = _lists[list]; first && looks; first = _table[first].next, --looks) {
        if (_table[first].count >= count) {
            return first;
        }
    }
    // Any span of the lists that follow is long enough.
    for (unsigned at = list + 1; at < list_count; at = (at / 64 + 1) * 64) {
        if (auto filled = _filled[at / 64] >> at % 64) {
            return _lists[at + static_cast<unsigned>(std::countr_zero(filled))];
        }
    }
    return 0;
}

uint32_t page_allocator::allocate(uint32_t count) noexcept {
    if (_used > _used_max || count > _used_max - _used) {
        return 0;
    }
    auto first = find(count);
    if (first) {
        take(first);
        if (auto rest = _table[first].count - count) {
            put(first + count, rest);
        }
    } else {
        if (count > _end - _top) {
            return 0;
        }
        first = _top;
        _top += count;
        _touched = std::max(_touched, _top);
    }
    mark(first, count, span_kind::large);
    _used += count;
    return first;
}

uint32_t page_allocator::allocate_aligned(uint32_t count, uint32_t alignment, uint32_t offset) noexcept {
    if (count > UINT32_MAX - alignment) {
        return 0;
    }
    auto span = allocate(count + alignment - 1);
    if (!span) {
        return 0;
    }
    auto before = (alignment - (span + offset) % alignment) % alignment;
    auto after = alignment - 1 - before;
    _used -= before + after;
    mark(span + before, count, span_kind::large);
    if (before) {
        free_range(span, before);
    }
    if (after) {
        free_range(span + before + count, after);
    }
    return span + before;
}

void page_allocator::free_range(uint32_t first, uint32_t count) noexcept {
    if (first > _first && _table[first - 1].kind == span_kind::free) {
        auto before = first - 1 - _table[first - 1].back;
        take(before);
        count += first - before;
        first = before;
    }
    if (auto after = first + count; after < _top && _table[after].kind == span_kind::free) {
        take(after);
        count += _table[after].count;
    }
    if (first + count == _top) {
        _top = first;
    } else {
        put(first, count);
    }
}

void page_allocator::free(uint32_t first) noexcept {
    auto count = _table[first].count;
    _used -= count;
    free_range(first, count);
}

bool page_allocator::resize(uint32_t first, uint32_t count) noexcept {
    auto old = _table[first].count;
    if (count < old) {
        mark(first, count, span_kind::large);
        _used -= old - count;
        free_range(first + count, old - count);
        return true;
    }
    auto more = count - old;
    if (_used > _used_max || more > _used_max - _used) {
        return more == 0;
    }
    auto after = first + old;
    if (after == _top) {
        if (more > _end - _top) {
            return false;
        }
        _top += more;
        _touched = std::max(_touched, _top);
    } else if (more) {
        if (_table[after].kind != span_kind::free || _table[after].count < more) {
            return false;
        }
        take(after);
        if (auto rest = _table[after].count - more) {
            put(after + more, rest);
        }
    }
    mark(first, count, span_kind::large);
    _used += more;
    return true;
}

}
