#include "memory/heap/shard_heap.hh"

#include "kernel/address_space.hh"

#include <seastar/util/assert.hh>

#include <algorithm>
#include <cstring>
#include <utility>

namespace seastar::memory {

namespace {

constexpr size_t min_free_max = size_t(20) << 20;

/// Of a size that can be had; 0 for one that cannot.
uint32_t pages_for(size_t size) noexcept {
    auto pages = (size + page_size - 1) / page_size;
    return size > SIZE_MAX - page_size || pages > UINT32_MAX / 2 ? 0 : static_cast<uint32_t>(pages);
}

/// In pages of the system, which has pages of 64 KiB at times (AArch64).
size_t whole_pages(size_t bytes) noexcept {
    constexpr size_t largest = 64 * 1024;
    return (bytes + largest - 1) / largest * largest;
}

}

shard_heap::layout shard_heap::layout_for(size_t range, size_t bytes) noexcept {
    layout parts;
    parts.pages_begin = whole_pages(table_begin + range / page_size * sizeof(page));
    auto pages = std::min(bytes / (page_size + sizeof(page)), (range - parts.pages_begin) / page_size);
    parts.pages_end = parts.pages_begin + whole_pages(pages * page_size);
    parts.table_end = whole_pages(table_begin + parts.pages_end / page_size * sizeof(page));
    return parts;
}

shard_heap::shard_heap(size_t range, unsigned number) noexcept : _range(range), _number(number) {
    _full.kind = span_kind::small;
    _room.fill(&_full);
    auto first = static_cast<uint32_t>(layout_for(range, 0).pages_begin / page_size);
    _pages.init(table(), first, first);
}

void shard_heap::set_limit(const layout& parts) noexcept {
    _limit = parts.pages_end - parts.pages_begin;
    _min_free = std::min(_limit / 32, min_free_max);
    before_allocation = nullptr;
    when_low = nullptr;
    large_threshold = SIZE_MAX;
    _pages.set_end(static_cast<uint32_t>(parts.pages_end / page_size));
}

void* shard_heap::failed() noexcept {
    ++_counters.failed;
    return nullptr;
}

// ---- small blocks

void shard_heap::list(page& head) noexcept {
    auto*& first = _room[head.class_index];
    auto number = static_cast<uint32_t>(&head - table());
    head.previous = 0;
    head.next = 0;
    if (first != &_full) {
        head.next = static_cast<uint32_t>(first - table());
        first->previous = number;
    }
    first = &head;
    head.listed = true;
}

void shard_heap::unlist(page& head) noexcept {
    if (head.next) {
        table()[head.next].previous = head.previous;
    }
    if (head.previous) {
        table()[head.previous].next = head.next;
    } else {
        _room[head.class_index] = head.next ? table() + head.next : &_full;
    }
    head.listed = false;
}

/// Makes blocks of memory that was none: a page's worth at once, so that memory is touched as it is needed.
bool shard_heap::carve(page& head, unsigned c) noexcept {
    auto [size, capacity, pages] = size_classes[c];
    if (head.carved == capacity) {
        return false;
    }
    auto* begin = address_of(static_cast<uint32_t>(&head - table()));
    auto count = std::min<size_t>(std::max<size_t>(page_size / size, 1), capacity - head.carved);
    head.carved = static_cast<uint16_t>(head.carved + count);
    for (size_t i = head.carved; count > 0; --count) {
        void* block = begin + --i * size;
        *static_cast<void**>(block) = head.objects;
        head.objects = block;
    }
    return true;
}

bool shard_heap::new_span(unsigned c) noexcept {
    uint32_t count = size_classes[c].pages;
    auto first = take_pages([&] { return _pages.allocate(count); });
    if (!first) {
        return false;
    }
    auto* head = table() + first;
    for (uint32_t i = 0; i < count; ++i) {
        head[i].kind = span_kind::small;
        head[i].back = i;
    }
    head->objects = nullptr;
    head->used = 0;
    head->carved = 0;
    head->class_index = static_cast<uint8_t>(c);
    list(*head);
    return true;
}

void* shard_heap::allocate_small_slow(unsigned c) noexcept {
    drain();
    for (;;) {
        auto& head = *_room[c];
        if (!head.objects && &head != &_full && !carve(head, c)) {
            unlist(head);
            continue;
        }
        if (head.objects) {
            void* p = head.objects;
            head.objects = *static_cast<void**>(p);
            ++head.used;
            return p;
        }
        if (!new_span(c)) {
            return failed();
        }
        look_at_what_is_left();
    }
}

/// A block came back to it, and it is empty or was full.
void shard_heap::span_has_room(page& head) noexcept {
    if (!head.listed) {
        list(head);
    }
    // One is kept for each class, or a program that allocates and frees one block would make a span each time.
    if (head.used == 0 && (head.next || head.previous)) {
        unlist(head);
        _pages.free(static_cast<uint32_t>(&head - table()));
    }
}

bool shard_heap::free_empty_spans() noexcept {
    bool any = false;
    for (auto* head : _room) { // each class keeps one, anywhere in its list
        while (head != &_full) {
            auto* next = head->next ? table() + head->next : &_full;
            if (head->used == 0) {
                unlist(*head);
                _pages.free(static_cast<uint32_t>(head - table()));
                any = true;
            }
            head = next;
        }
    }
    return any;
}

// ---- large ones

void* shard_heap::large_block(uint32_t first, size_t size) noexcept {
    if (!first) {
        return failed();
    }
    look_at_what_is_left();
    if (size >= large_threshold) [[unlikely]] {
        ++_counters.large;
        when_large(size);
    }
    return address_of(first);
}

void* shard_heap::allocate_large(size_t size) noexcept {
    drain();
    auto count = pages_for(size);
    return large_block(count ? take_pages([&] { return _pages.allocate(count); }) : 0, size);
}

void* shard_heap::allocate_aligned(size_t alignment, size_t size) noexcept {
    count(size);
    if (alignment <= page_size && size <= small_max) {
        for (auto c = class_of(std::max(size, alignment)); c < class_count; ++c) {
            if (size_classes[c].size % alignment == 0) {
                return allocate_small(c);
            }
        }
    }
    if (alignment <= page_size) {
        return allocate_large(std::max<size_t>(size, 1));
    }
    drain();
    auto pages = pages_for(std::max<size_t>(size, 1));
    auto unit = alignment / page_size;
    if (!pages || unit > UINT32_MAX / 2) {
        return failed();
    }
    auto offset = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(this) / page_size & (unit - 1));
    auto take = [&] { return _pages.allocate_aligned(pages, static_cast<uint32_t>(unit), offset); };
    return large_block(take_pages(take), size);
}

void* shard_heap::allocate_zeroed(size_t size) noexcept {
    auto touched = _pages.touched();
    void* p = allocate(size);
    if (p) {
        auto first = page_of(p);
        // Only what was never used is known to be zeros; of a small block, the neighbours' links may lie in it.
        auto dirty = size <= small_max       ? size
                     : first >= touched      ? 0
                     : std::min<size_t>(size, size_t(touched - first) * page_size);
        std::memset(p, 0, dirty);
    }
    return p;
}

void shard_heap::free_large(void* p, page& head) noexcept {
    SEASTAR_ASSERT(head.kind == span_kind::large && address_of(static_cast<uint32_t>(&head - table())) == p);
    _pages.free(static_cast<uint32_t>(&head - table()));
}

bool shard_heap::resize(void* p, size_t size) noexcept {
    auto& head = head_of(p);
    if (head.kind == span_kind::small) {
        return size <= small_max && class_of(size) == head.class_index;
    }
    auto count = pages_for(size);
    if (size <= small_max || !count) {
        return false;
    }
    return _pages.resize(static_cast<uint32_t>(&head - table()), count);
}

size_t shard_heap::usable_size(const void* p) const noexcept {
    auto& head = const_cast<shard_heap*>(this)->head_of(p);
    return head.kind == span_kind::small ? size_classes[head.class_index].size : size_t(head.count) * page_size;
}

// ---- what others give back

void shard_heap::free_from_elsewhere(void* p) noexcept {
    auto* next = _given_back.load(std::memory_order_relaxed);
    do {
        *static_cast<void**>(p) = next;
    } while (!_given_back.compare_exchange_weak(next, p, std::memory_order_release, std::memory_order_relaxed));
}

void shard_heap::drain() noexcept {
    if (!others_gave_back()) {
        return;
    }
    void* p = _given_back.exchange(nullptr, std::memory_order_acquire);
    while (p) {
        void* next = *static_cast<void**>(p);
        ++_counters.cross_cpu_frees;
        free(p);
        p = next;
    }
}

void shard_heap::trim() noexcept {
    drain();
    _pages.for_each_free([this](uint32_t first, uint32_t count) {
        kernel::forget_contents(address_of(first), size_t(count) * page_size);
    });
}

}
