/// Free lists of blocks in steps of 64 bytes (one cache line) up to 1 KiB, one set per thread.
///
/// Blocks come from operator new and end in operator delete; a list keeps at most blocks_per_class of them, so that a
/// thread that frees what others allocate does not collect memory without bound. All is given back when the thread
/// ends; what is freed after that (by other thread_local destructors) goes straight to operator delete.
/// Under AddressSanitizer and ThreadSanitizer every block is an allocation of its own, or they would see nothing.
#include <seastar/core/internal/task_allocator.hh>

#include "base/sanitizer.hh"

#include <new>

namespace seastar::memory {

#if SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN

void* allocate_task(size_t size) {
    return ::operator new(size);
}

void free_task(void* p, size_t size) noexcept {
    ::operator delete(p, size);
}

task_allocation_counters_type task_allocation_counters() noexcept {
    return {};
}

#else

namespace {

constexpr size_t class_step = 64;
constexpr size_t class_count = task_size_max / class_step;
constexpr uint32_t blocks_per_class = 1024;

struct free_block {
    free_block* next;
};

struct free_list {
    free_block* first = nullptr;
    uint32_t count = 0;
};

struct free_lists {
    free_list lists[class_count];
    /// 0 until the thread frees its first block, so that the way there is the slow path; and 0 again when it ends.
    uint32_t limit = 0;
    bool ended = false;
    task_allocation_counters_type counters;
};

constinit thread_local free_lists local;

struct lists_owner {
    ~lists_owner() {
        local.ended = true;
        local.limit = 0;
        for (free_list& list : local.lists) {
            while (free_block* block = list.first) {
                list.first = block->next;
                ::operator delete(block);
            }
            list.count = 0;
        }
    }
};

// A size of 0 belongs to the first class.
size_t class_of(size_t size) noexcept {
    return size == 0 ? 0 : (size - 1) / class_step;
}

[[gnu::noinline]] void* allocate_new(size_t size) {
    ++local.counters.misses;
    return ::operator new(size <= task_size_max ? (class_of(size) + 1) * class_step : size);
}

void put(free_list& list, void* p) noexcept {
    list.first = ::new (p) free_block{list.first};
    ++list.count;
}

// The list is full, or the thread has none yet, or no longer.
[[gnu::noinline]] void free_slow(free_list& list, void* p) noexcept {
    if (local.limit == 0 && !local.ended) {
        // Constructed by the first pass over this line on each thread, destroyed when the thread ends.
        static thread_local lists_owner owner;
        (void)owner;
        local.limit = blocks_per_class;
        put(list, p);
        return;
    }
    ++local.counters.spills;
    ::operator delete(p);
}

}

void* allocate_task(size_t size) {
    if (size <= task_size_max) [[likely]] {
        free_list& list = local.lists[class_of(size)];
        if (free_block* block = list.first) [[likely]] {
            list.first = block->next;
            --list.count;
            ++local.counters.hits;
            return block;
        }
    }
    return allocate_new(size);
}

void free_task(void* p, size_t size) noexcept {
    if (p == nullptr) {
        return;
    }
    if (size > task_size_max) [[unlikely]] {
        ::operator delete(p);
        return;
    }
    free_list& list = local.lists[class_of(size)];
    if (list.count < local.limit) [[likely]] {
        put(list, p);
    } else {
        free_slow(list, p);
    }
}

task_allocation_counters_type task_allocation_counters() noexcept {
    return local.counters;
}

#endif

}
