/// Free lists of blocks in steps of 64 bytes (one cache line) up to 1 KiB, one set per thread.
///
/// Blocks come from operator new and end in operator delete; a list keeps at most blocks_per_class of them, so that a
/// thread that frees what others allocate does not collect memory without bound. All is given back when the thread
/// ends; what is freed after that (by other thread_local destructors) goes straight to operator delete.
/// Under AddressSanitizer and ThreadSanitizer every block is an allocation of its own, or they would see nothing.
#include "memory/task_lists.hh"

#include "base/sanitizer.hh"
#include "memory/heap/shard_heaps.hh"

#include <utility>

namespace seastar::memory {

constinit thread_local task_lists this_thread_lists;

#if SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN

void* allocate_task_slow(size_t size) {
    return ::operator new(size);
}

void* allocate_task_or_reserve(size_t size) {
    return ::operator new(size);
}

void free_task_slow(task_lists::list&, void* p) noexcept {
    ::operator delete(p);
}

void fill_task_reserve() noexcept {}

void keep_nothing(bool) noexcept {}

#else

namespace {

constexpr uint32_t blocks_per_class = 1024;

void empty(task_lists::list& list) noexcept {
    while (auto* block = list.first) {
        list.first = block->next;
        ::operator delete(block);
    }
    list.count = 0;
}

struct lists_owner {
    ~lists_owner() {
        keep_nothing(true);
        empty(this_thread_lists.reserve);
    }
};

/// Constructed by the first call on each thread, destroyed when the thread ends.
void give_back_at_the_end() noexcept {
    static thread_local lists_owner owner;
    (void)owner;
}

}

void* allocate_task_slow(size_t size) {
    ++this_thread_lists.misses;
    return ::operator new(
        size <= task_lists::size_max ? (task_lists::class_of(size) + 1) * task_lists::class_step : size);
}

void* allocate_task_or_reserve(size_t size) {
    auto& reserve = this_thread_lists.reserve;
    try {
        return allocate_task_slow(size);
    } catch (const std::bad_alloc&) {
        if (!reserve.first || size > task_lists::size_max) {
            throw;
        }
        --reserve.count;
        return std::exchange(reserve.first, reserve.first->next);
    }
}

void fill_task_reserve() noexcept {
    auto& mine = this_thread_lists;
    if (mine.reserve.count == task_lists::reserve_count || mine.ended) {
        return;
    }
    constexpr size_t bytes = task_lists::reserve_count * task_lists::size_max;
    if (auto* heap = this_thread_heap; heap && heap->used_bytes() + bytes > heap->limit()) {
        return; // it would fail each time that the loop is idle, and be counted
    }
    while (mine.reserve.count < task_lists::reserve_count) {
        void* p = ::operator new(task_lists::size_max, std::nothrow);
        if (!p) {
            return;
        }
        give_back_at_the_end();
        mine.reserve.put(p);
    }
}

void keep_nothing(bool nothing) noexcept {
    auto& mine = this_thread_lists;
    mine.ended = nothing;
    mine.limit = 0;
    if (nothing) {
        for (auto& list : mine.lists) {
            empty(list);
        }
    }
}

void free_task_slow(task_lists::list& list, void* p) noexcept {
    auto& mine = this_thread_lists;
    if (mine.limit == 0 && !mine.ended) {
        give_back_at_the_end();
        mine.limit = blocks_per_class;
        list.put(p);
        return;
    }
    ++mine.spills;
    ::operator delete(p);
}

#endif

}
