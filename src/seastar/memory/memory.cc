/// The seam of the shard allocator: with SEASTAR_ALLOCATOR=system, the only one yet, this file asks the C library.
#include <seastar/core/memory.hh>

#include <limits>
#include <malloc.h>

namespace seastar::memory {

namespace {
constexpr size_t no_threshold = std::numeric_limits<size_t>::max();
constinit thread_local size_t large_allocation_warning_threshold = no_threshold;
}

statistics stats() noexcept {
    auto info = ::mallinfo2();
    statistics s;
    s._total_memory = info.arena + info.hblkhd;
    s._allocated_memory = info.uordblks + info.hblkhd;
    s._large_allocations = info.hblks;
    return s;
}

size_t free_memory() noexcept {
    return stats().free_memory();
}

void set_large_allocation_warning_threshold(size_t bytes) noexcept {
    large_allocation_warning_threshold = bytes;
}

size_t get_large_allocation_warning_threshold() noexcept {
    return large_allocation_warning_threshold;
}

void disable_large_allocation_warning() noexcept {
    large_allocation_warning_threshold = no_threshold;
}

}
