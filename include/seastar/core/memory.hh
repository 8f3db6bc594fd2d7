/// What a shard knows of its memory, and its settings.
///
/// In this version the C library allocates (`SEASTAR_ALLOCATOR=system`), for all threads from one heap: figures are
/// those that it gives, for the process, and settings that need an allocator of our own are kept and have no effect
/// yet. Each function says which it is.
#pragma once

#include <cstddef>
#include <cstdint>

namespace seastar::memory {

/// Figures of one moment.
class statistics {
    friend statistics stats() noexcept;

    uint64_t _total_memory = 0;
    uint64_t _allocated_memory = 0;
    uint64_t _large_allocations = 0;

public:
    // What the system's allocator does not count is 0 here.
    uint64_t mallocs() const noexcept { return 0; }
    uint64_t frees() const noexcept { return 0; }
    uint64_t cross_cpu_frees() const noexcept { return 0; }
    uint64_t live_objects() const noexcept { return 0; }
    uint64_t reclaims() const noexcept { return 0; }
    uint64_t failed_allocations() const noexcept { return 0; }
    uint64_t foreign_mallocs() const noexcept { return 0; }
    uint64_t foreign_frees() const noexcept { return 0; }
    uint64_t foreign_cross_frees() const noexcept { return 0; }
    uint64_t total_bytes_allocated() const noexcept { return 0; }

    /// Blocks that have a mapping of their own, in the process.
    uint64_t large_allocations() const noexcept { return _large_allocations; }
    /// Memory that the allocator has from the system, in the process.
    uint64_t total_memory() const noexcept { return _total_memory; }
    /// Of that, what the program uses.
    uint64_t allocated_memory() const noexcept { return _allocated_memory; }
    uint64_t free_memory() const noexcept { return _total_memory - _allocated_memory; }
};

statistics stats() noexcept;

/// Memory that the allocator has and the program does not use.
size_t free_memory() noexcept;

/// Allocations of this many bytes or more are worth a warning; for the calling thread. Kept; nothing warns yet.
void set_large_allocation_warning_threshold(size_t bytes) noexcept;
size_t get_large_allocation_warning_threshold() noexcept;
void disable_large_allocation_warning() noexcept;

/// Another threshold while it lives.
class scoped_large_allocation_warning_threshold {
    size_t _old;

public:
    explicit scoped_large_allocation_warning_threshold(size_t bytes) noexcept
        : _old(get_large_allocation_warning_threshold()) {
        set_large_allocation_warning_threshold(bytes);
    }
    scoped_large_allocation_warning_threshold(const scoped_large_allocation_warning_threshold&) = delete;
    scoped_large_allocation_warning_threshold& operator=(const scoped_large_allocation_warning_threshold&) = delete;
    ~scoped_large_allocation_warning_threshold() { set_large_allocation_warning_threshold(_old); }
};
class scoped_large_allocation_warning_disable {
    size_t _old;

public:
    scoped_large_allocation_warning_disable() noexcept : _old(get_large_allocation_warning_threshold()) {
        disable_large_allocation_warning();
    }
    scoped_large_allocation_warning_disable(const scoped_large_allocation_warning_disable&) = delete;
    scoped_large_allocation_warning_disable& operator=(const scoped_large_allocation_warning_disable&) = delete;
    ~scoped_large_allocation_warning_disable() { set_large_allocation_warning_threshold(_old); }
};

}
