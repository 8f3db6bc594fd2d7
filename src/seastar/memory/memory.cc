/// What programs are told of their shard's memory, and its settings.
#include <seastar/core/memory.hh>

#include "memory/heap/allocator.hh"
#include "memory/heap/shard_heaps.hh"

#include <malloc.h>

namespace seastar::memory {

const bool shard_heaps = SEASTAR_INTERNAL_SHARD_HEAPS;

statistics stats() noexcept {
    statistics s;
    if (auto* heap = this_thread_heap) {
        auto& c = heap->counters();
        s._mallocs = c.mallocs - c.failed;
        s._frees = c.frees;
        s._cross_cpu_frees = c.cross_cpu_frees;
        s._reclaims = c.reclaims;
        s._failed_allocations = c.failed;
        s._foreign_frees = c.foreign_frees;
        s._total_bytes_allocated = c.bytes;
        s._large_allocations = c.large;
        s._total_memory = heap->limit();
        s._allocated_memory = heap->used_bytes();
        return s;
    }
    auto info = ::mallinfo2();
    s._total_memory = info.arena + info.hblkhd;
    s._allocated_memory = info.uordblks + info.hblkhd;
    s._large_allocations = info.hblks;
    return s;
}

size_t free_memory() noexcept {
    return stats().free_memory();
}

memory_layout get_memory_layout() noexcept {
    memory_layout layout;
    if (auto* heap = this_thread_heap) {
        layout.start = reinterpret_cast<uintptr_t>(heap);
        layout.end = layout.start + heap->range();
    }
    return layout;
}

bool drain_cross_cpu_freelist() noexcept {
    auto* heap = this_thread_heap;
    if (!heap || !heap->others_gave_back()) {
        return false;
    }
    heap->drain();
    return true;
}

size_t min_free_memory() noexcept {
    auto* heap = this_thread_heap;
    return heap ? heap->min_free() : 0;
}

void set_min_free_pages(size_t pages) noexcept {
    if (auto* heap = this_thread_heap) {
        heap->set_min_free(pages * page_size);
    }
}

}
