/// The allocator is the free lists; a size of 0 belongs to their first class.
#include <seastar/core/internal/task_allocator.hh>

#include "memory/task_lists.hh"

namespace seastar::memory {

static_assert(task_size_max == task_lists::size_max);

void* allocate_task(size_t size) {
    size += size == 0;
    void* p = take_from_list(size);
    return p ? p : allocate_task_or_reserve(size);
}

void free_task(void* p, size_t size) noexcept {
    if (p != nullptr) {
        free_task_inline(p, size + (size == 0));
    }
}

task_allocation_counters_type task_allocation_counters() noexcept {
    task_allocation_counters_type counters;
    counters.hits = this_thread_lists.hits;
    counters.misses = this_thread_lists.misses;
    counters.spills = this_thread_lists.spills;
    return counters;
}

}
