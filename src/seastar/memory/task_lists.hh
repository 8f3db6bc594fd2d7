/// The free lists behind allocate_task() and free_task(), with their fast paths inline: for the sources of this folder
/// that allocate on every request. What the lists hold and when they are given back: task_lists.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace seastar::memory {

/// The calling thread's. Where a sanitizer replaces them they stay empty and take nothing.
struct task_lists {
    static constexpr size_t class_step = 64; // one cache line
    static constexpr size_t class_count = 16;
    static constexpr size_t size_max = class_step * class_count;

    struct block {
        block* next;
    };
    struct list {
        block* first = nullptr;
        uint32_t count = 0;

        void put(void* p) noexcept {
            first = ::new (p) block{first};
            ++count;
        }
    };

    /// Blocks of size_max for tasks that find no memory: what waits for something must be able to go on.
    static constexpr uint32_t reserve_count = 64;

    list lists[class_count];
    list reserve; ///< filled where the thread is a shard
    /// 0 until the thread frees its first block, so that the way there is the slow path; and 0 again when it ends.
    uint32_t limit = 0;
    bool ended = false;
    // Since the thread started: blocks from a list, from operator new, and to operator delete as their list was full.
    uint64_t hits = 0;
    uint64_t misses = 0;
    uint64_t spills = 0;

    /// Requires: 0 < size <= size_max.
    static size_t class_of(size_t size) noexcept { return (size - 1) / class_step; }
};

extern constinit thread_local task_lists this_thread_lists
    [[gnu::tls_model("initial-exec"), gnu::visibility("hidden")]];

/// The list has none, or there is no list for such sizes.
[[nodiscard]] void* allocate_task_slow(size_t size);
/// The same, for a task: from the reserve, if there is no other memory.
[[nodiscard]] void* allocate_task_or_reserve(size_t size);
/// From now on the calling thread's lists give back what they have and keep nothing, so that every allocation is seen
/// by those who want each of them to fail; or they work as usual again.
void keep_nothing(bool nothing) noexcept;
/// The list is full, or the thread has none yet, or no longer.
void free_task_slow(task_lists::list& list, void* p) noexcept;

/// Null if the list has none, or there is no list for such sizes. Requires: size is not 0.
[[nodiscard]] inline void* take_from_list(size_t size) noexcept {
    if (size > task_lists::size_max) [[unlikely]] {
        return nullptr;
    }
    auto& list = this_thread_lists.lists[task_lists::class_of(size)];
    auto* block = list.first;
    if (block) [[likely]] {
        list.first = block->next;
        --list.count;
        ++this_thread_lists.hits;
    }
    return block;
}

/// Requires: size is not 0.
[[nodiscard]] inline void* allocate_task_inline(size_t size) {
    if (void* p = take_from_list(size)) [[likely]] {
        return p;
    }
    return allocate_task_slow(size);
}

/// Requires: p is not null, size is not 0.
inline void free_task_inline(void* p, size_t size) noexcept {
    if (size > task_lists::size_max) [[unlikely]] {
        ::operator delete(p);
        return;
    }
    auto& list = this_thread_lists.lists[task_lists::class_of(size)];
    if (list.count < this_thread_lists.limit) [[likely]] {
        list.put(p);
    } else {
        free_task_slow(list, p);
    }
}

}
