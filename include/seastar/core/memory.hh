/// The memory of a shard: what it has, what becomes of it when it runs out, and its settings.
///
/// A shard allocates from a heap of its own, whose size is its part of `--memory`: malloc(), new and their relatives
/// take from it without locks, and fail when it is full, whatever the other shards and the machine have. Blocks may be
/// freed on any thread; on another one than their shard's that costs more, and the memory is there again when the shard
/// comes to it. Threads that are no shards use the C library's allocator, which has no limit.
///
/// All functions are about the calling shard. On other threads, and where the library was built with
/// `-DSEASTAR_ALLOCATOR=system` or with AddressSanitizer or ThreadSanitizer, the C library allocates for all: figures
/// are then those that it gives, for the process, and settings are kept and have no effect.
#pragma once

#include <seastar/core/internal/page_size.hh>
#include <seastar/util/noncopyable_function.hh>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace seastar::memory {

/// Whether the library was built so that shards have heaps of their own.
extern const bool shard_heaps;

/// Figures of one moment.
class statistics {
    friend statistics stats() noexcept;

    uint64_t _mallocs = 0;
    uint64_t _frees = 0;
    uint64_t _cross_cpu_frees = 0;
    uint64_t _reclaims = 0;
    uint64_t _failed_allocations = 0;
    uint64_t _foreign_frees = 0;
    uint64_t _total_bytes_allocated = 0;
    uint64_t _large_allocations = 0;
    uint64_t _total_memory = 0;
    uint64_t _allocated_memory = 0;

public:
    // Since the heap was made. 0 where the C library allocates.
    uint64_t mallocs() const noexcept { return _mallocs; }
    uint64_t frees() const noexcept { return _frees; } ///< of blocks of this shard, also by others
    /// Of those, by others, as far as they are back.
    uint64_t cross_cpu_frees() const noexcept { return _cross_cpu_frees; }
    uint64_t live_objects() const noexcept { return _mallocs - _frees; }
    uint64_t reclaims() const noexcept { return _reclaims; } ///< calls of reclaimers
    uint64_t failed_allocations() const noexcept { return _failed_allocations; }
    uint64_t total_bytes_allocated() const noexcept { return _total_bytes_allocated; }
    /// This shard freed blocks of the C library, from before it was a shard or from threads that are none.
    uint64_t foreign_frees() const noexcept { return _foreign_frees; }
    // Not counted: other threads do these, without a look at a shard.
    uint64_t foreign_mallocs() const noexcept { return 0; }
    uint64_t foreign_cross_frees() const noexcept { return 0; }

    /// Allocations of as many bytes as the threshold for warnings, or more. Of the C library: blocks that have a
    /// mapping of their own, as many as there are.
    uint64_t large_allocations() const noexcept { return _large_allocations; }
    /// Bytes: what the shard may use; what the C library has from the system.
    uint64_t total_memory() const noexcept { return _total_memory; }
    /// Of that, what is in use, in whole pages.
    uint64_t allocated_memory() const noexcept { return _allocated_memory; }
    uint64_t free_memory() const noexcept { return _total_memory - _allocated_memory; }
};

statistics stats() noexcept;

/// Bytes that can still be allocated, in pieces.
size_t free_memory() noexcept;

/// The addresses of the shard's memory; both 0 where the C library allocates.
struct memory_layout {
    uintptr_t start = 0;
    uintptr_t end = 0;
};
memory_layout get_memory_layout() noexcept;

/// Takes back the blocks of this shard that others freed, which allocations do anyway when they need pages, and so does
/// the event loop before it sleeps. Whether there were any.
bool drain_cross_cpu_freelist() noexcept;

// ---- running out of memory

enum class reclaiming_result : bool { reclaimed_nothing, reclaimed_something };

/// When a reclaimer may be called: `async`, by a task of the event loop; `sync`, also within an allocation that would
/// fail, so that it must not allocate, nor touch what the caller of malloc() may be at work on.
enum class reclaimer_scope : uint8_t { async, sync };

/// Frees memory when there is little: a cache, say. Called from the latest to the first, until there is enough. Stays
/// on its shard, and is called there while it lives.
class reclaimer {
public:
    struct request {
        size_t bytes_to_reclaim; ///< freeing more at once is welcome
    };

    /// Func: reclaiming_result(), or reclaiming_result(request). It must not throw.
    template <typename Func>
        requires std::is_invocable_r_v<reclaiming_result, Func&>
    explicit reclaimer(Func reclaim, reclaimer_scope scope = reclaimer_scope::async)
        : reclaimer([reclaim = std::move(reclaim)](request) mutable { return reclaim(); }, scope) {}
    template <typename Func>
        requires std::is_invocable_r_v<reclaiming_result, Func&, request>
    explicit reclaimer(Func reclaim, reclaimer_scope scope = reclaimer_scope::async)
        : _reclaim(std::move(reclaim)), _scope(scope) {
        enlist();
    }
    reclaimer(const reclaimer&) = delete;
    reclaimer& operator=(const reclaimer&) = delete;
    ~reclaimer();

    reclaiming_result do_reclaim(size_t bytes_to_reclaim) { return _reclaim(request{bytes_to_reclaim}); }
    reclaimer_scope scope() const noexcept { return _scope; }

    struct internal_access {
        static reclaimer* older(const reclaimer& r) noexcept { return r._older; }
    };

private:
    void enlist() noexcept;

    noncopyable_function<reclaiming_result(request)> _reclaim;
    reclaimer_scope _scope;
    reclaimer* _older = nullptr;
    reclaimer* _newer = nullptr;
};

/// Reclaimers are called when less than this is free: by default 1/32 of the shard's memory, or 20 MiB if that is less.
size_t min_free_memory() noexcept;
void set_min_free_pages(size_t pages) noexcept;
/// How the work of reclaimers becomes a task: `hook` is given what to call, soon. Set by the event loop.
void set_reclaim_hook(noncopyable_function<void(noncopyable_function<void()>)> hook) noexcept;

/// Whether an allocation that fails ends the program (abort(), so that there is a core to look at) rather than throwing
/// std::bad_alloc or returning null. Of all shards; --abort-on-seastar-bad-alloc sets it.
void set_abort_on_allocation_failure(bool enabled) noexcept;
bool is_abort_on_allocation_failure() noexcept;
/// Not while it lives, on this thread.
class disable_abort_on_alloc_failure_temporarily {
public:
    disable_abort_on_alloc_failure_temporarily() noexcept;
    disable_abort_on_alloc_failure_temporarily(const disable_abort_on_alloc_failure_temporarily&) = delete;
    ~disable_abort_on_alloc_failure_temporarily();
};

// ---- large allocations

/// An allocation of this many bytes or more is worth a warning in the log, with a backtrace: memory that is in use
/// everywhere has no such room in one piece. The threshold then grows by a quarter, so that the log is not flooded. By
/// default there is none.
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
