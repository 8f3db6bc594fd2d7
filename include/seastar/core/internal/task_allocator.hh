/// Where tasks, continuations, coroutine frames and small buffers get their memory: per-thread free lists in front of
/// the general allocator. See src/seastar/memory/task_lists.cc for what they hold and when they are given back.
#pragma once

#include <cstddef>
#include <cstdint>

namespace seastar::memory {

/// Blocks of up to this many bytes come from the free lists, larger ones from operator new.
inline constexpr size_t task_size_max = 1024;

/// Memory for one object of `size` bytes, aligned as operator new aligns. Any thread. Throws std::bad_alloc.
[[nodiscard]] void* allocate_task(size_t size);

/// Sees to it that tasks can be allocated for a while when memory has run out, so that what waits can go on: some
/// blocks are set aside for them. Called by shards, when they start and when they are idle.
void fill_task_reserve() noexcept;

/// Gives back what allocate_task(size) returned, on any thread; it goes to the calling thread's free list.
void free_task(void* p, size_t size) noexcept;

/// What the calling thread has done since it started. All zero where a sanitizer replaces the free lists.
struct task_allocation_counters_type {
    uint64_t hits = 0;   ///< allocations answered from a free list
    uint64_t misses = 0; ///< allocations that went to operator new, large ones included
    uint64_t spills = 0; ///< blocks given to operator delete because their list was full
};
task_allocation_counters_type task_allocation_counters() noexcept;

}
