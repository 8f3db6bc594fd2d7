/// Stacks for user-space threads: mapped memory above a page that nobody may touch, so that an overflow is a fault and
/// not a corruption. Memory is touched as the stack grows.
#pragma once

#include <cstddef>

namespace seastar::kernel {

/// Null when the mapping fails (out of memory, or too many mappings: vm.max_map_count).
struct thread_stack {
    char* base = nullptr; ///< lowest usable byte; the guard page ends here
    size_t size = 0;

    explicit operator bool() const noexcept { return base != nullptr; }
};

/// `size` is rounded up to whole pages. Any thread.
thread_stack map_thread_stack(size_t size) noexcept;
void unmap_thread_stack(thread_stack stack) noexcept;
/// The page below the stack's base, that an overflow touches. Async-signal-safe.
bool in_guard_page(thread_stack stack, const void* address) noexcept;

}
