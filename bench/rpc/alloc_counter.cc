/// See alloc_counter.hh. Stands in front of glibc's allocator by defining its functions anew, and passes every call
/// on. Each thread counts in a cache line of its own, so that counting costs the measured program a nanosecond, not a
/// locked instruction.
///
/// Requires: the program has no other allocator of its own, which would define the same names
/// (SEASTAR_ALLOCATOR=system).
#include "alloc_counter.hh"

#include <atomic>
#include <cerrno>
#include <cstddef>

// The names under which glibc keeps its own.
extern "C" {
void* __libc_malloc(size_t) noexcept;
void* __libc_calloc(size_t, size_t) noexcept;
void* __libc_realloc(void*, size_t) noexcept;
void* __libc_memalign(size_t, size_t) noexcept;
}

namespace bench {
namespace {

constexpr unsigned threads_max = 64; // more share the last counter, and may lose counts

struct alignas(64) counter {
    std::atomic<uint64_t> value;
};
constinit counter counters[threads_max];
constinit std::atomic<unsigned> threads = 0;
[[gnu::tls_model("initial-exec")]] constinit thread_local counter* mine = nullptr;

void count() noexcept {
    if (!mine) [[unlikely]] {
        const unsigned i = threads.fetch_add(1, std::memory_order_relaxed);
        mine = &counters[i < threads_max ? i : threads_max - 1];
    }
    mine->value.store(mine->value.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}
}

extern "C" {

uint64_t bench_allocation_count() noexcept {
    uint64_t sum = 0;
    for (const bench::counter& c : bench::counters) {
        sum += c.value.load(std::memory_order_relaxed);
    }
    return sum;
}

void* malloc(size_t bytes) noexcept {
    bench::count();
    return __libc_malloc(bytes);
}

void* calloc(size_t count, size_t bytes) noexcept {
    bench::count();
    return __libc_calloc(count, bytes);
}

void* realloc(void* old, size_t bytes) noexcept {
    bench::count();
    return __libc_realloc(old, bytes);
}

void* memalign(size_t alignment, size_t bytes) noexcept {
    bench::count();
    return __libc_memalign(alignment, bytes);
}

void* aligned_alloc(size_t alignment, size_t bytes) noexcept {
    bench::count();
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** result, size_t alignment, size_t bytes) noexcept {
    bench::count();
    if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) {
        return EINVAL;
    }
    void* memory = __libc_memalign(alignment, bytes);
    if (!memory) {
        return ENOMEM;
    }
    *result = memory;
    return 0;
}

}
