/// malloc(), operator new and their relatives for the whole program: on shards from the shard's heap, elsewhere from
/// the C library. Blocks may be given back on any thread, whichever way they were allocated.
///
/// The functions are weak: a program that defines its own has its own. What the C library has beyond these functions
/// (valloc(), reallocarray(), strdup()) calls them, or allocates from its own heap, which is as good.
#include "memory/heap/allocator.hh"

#if SEASTAR_INTERNAL_SHARD_HEAPS

#include "memory/heap/out_of_memory.hh"
#include "memory/heap/shard_heaps.hh"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <malloc.h>
#include <new>

// The names that the C library has for its own.
extern "C" {
void* __libc_malloc(size_t) noexcept;
void* __libc_calloc(size_t, size_t) noexcept;
void* __libc_realloc(void*, size_t) noexcept;
void* __libc_memalign(size_t, size_t) noexcept;
void __libc_free(void*) noexcept;
}

namespace seastar::memory {
namespace {

/// A function of the C library that has no second name.
template <typename Function>
Function* of_the_c_library(const char* name) noexcept {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// Asks the heap; if it has no room, frees some (reclaimers) and asks once more.
template <typename Allocate>
[[gnu::noinline]] void* allocate_after_all(size_t size, Allocate allocate) noexcept {
    while (make_room(size)) {
        if (void* p = allocate()) {
            return p;
        }
    }
    report_failure(size);
    errno = ENOMEM;
    return nullptr;
}

/// A test may have it fail.
[[gnu::noinline, gnu::cold]] bool fails_on_purpose(const shard_heap& heap) noexcept {
    try {
        heap.before_allocation();
        return false;
    } catch (...) {
        errno = ENOMEM;
        return true;
    }
}

[[gnu::always_inline]] inline void* allocate(size_t size) noexcept {
    auto* heap = this_thread_heap;
    if (!heap) [[unlikely]] {
        return __libc_malloc(size);
    }
    if (heap->before_allocation && fails_on_purpose(*heap)) [[unlikely]] {
        return nullptr;
    }
    void* p = heap->allocate(size);
    if (!p) [[unlikely]] {
        return allocate_after_all(size, [heap, size] { return heap->allocate(size); });
    }
    return p;
}

void* allocate_aligned(size_t alignment, size_t size) noexcept {
    auto* heap = this_thread_heap;
    if (!heap) {
        return __libc_memalign(alignment, size);
    }
    if (heap->before_allocation && fails_on_purpose(*heap)) [[unlikely]] {
        return nullptr;
    }
    void* p = heap->allocate_aligned(alignment, size);
    if (!p) [[unlikely]] {
        return allocate_after_all(size,
                                  [heap, alignment, size] { return heap->allocate_aligned(alignment, size); });
    }
    return p;
}

[[gnu::noinline]] void give_back_elsewhere(void* p) noexcept {
    if (!p) {
        return;
    }
    if (auto* heap = heap_of(p)) {
        heap->free_from_elsewhere(p);
        return;
    }
    if (auto* heap = this_thread_heap) {
        heap->count_foreign_free();
    }
    __libc_free(p);
}

[[gnu::always_inline]] inline void give_back(void* p) noexcept {
    auto* heap = this_thread_heap;
    if (heap && heap->contains(p)) [[likely]] {
        heap->free(p);
    } else {
        give_back_elsewhere(p);
    }
}

size_t usable_size(void* p) noexcept {
    if (auto* heap = heap_of(p)) {
        return heap->usable_size(p);
    }
    // tidy-allow(global): an address, looked up once
    static auto* of_libc = of_the_c_library<size_t(void*)>("malloc_usable_size");
    return of_libc(p);
}

void* reallocate(void* p, size_t size) noexcept {
    auto* heap = heap_of(p);
    if (!heap) {
        return __libc_realloc(p, size);
    }
    if (heap == this_thread_heap && heap->resize(p, size)) {
        return p;
    }
    void* moved = allocate(size);
    if (moved) {
        std::memcpy(moved, p, std::min(size, heap->usable_size(p)));
        give_back(p);
    }
    return moved;
}

/// As the standard wants it: handlers, then std::bad_alloc.
template <typename Allocate>
[[gnu::noinline]] void* new_after_all(Allocate allocate) {
    for (;;) {
        auto handler = std::get_new_handler();
        if (!handler) {
            throw std::bad_alloc();
        }
        handler();
        if (void* p = allocate()) {
            return p;
        }
    }
}

[[gnu::always_inline]] inline void* allocate_new(size_t size) {
    if (void* p = allocate(size + (size == 0))) [[likely]] {
        return p;
    }
    return new_after_all([size] { return allocate(size + (size == 0)); });
}

void* allocate_new(size_t size, std::align_val_t alignment) {
    auto try_it = [size, alignment] { return allocate_aligned(static_cast<size_t>(alignment), size + (size == 0)); };
    if (void* p = try_it()) [[likely]] {
        return p;
    }
    return new_after_all(try_it);
}

template <typename... Alignment>
void* allocate_new_nothrow(size_t size, Alignment... alignment) noexcept {
    try {
        return allocate_new(size, alignment...);
    } catch (...) { // std::bad_alloc, or what a handler throws
        return nullptr;
    }
}

bool is_power_of_two(size_t n) noexcept { return n > 0 && (n & (n - 1)) == 0; }

}
}

namespace memory = seastar::memory;

#define SEASTAR_INTERNAL_REPLACED [[gnu::weak, gnu::visibility("default")]]

extern "C" {

SEASTAR_INTERNAL_REPLACED void* malloc(size_t size) noexcept { return memory::allocate(size); }

SEASTAR_INTERNAL_REPLACED void free(void* p) noexcept { memory::give_back(p); }

SEASTAR_INTERNAL_REPLACED void* calloc(size_t count, size_t size) noexcept {
    auto* heap = memory::this_thread_heap;
    if (!heap) {
        return __libc_calloc(count, size);
    }
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return nullptr;
    }
    if (heap->before_allocation && memory::fails_on_purpose(*heap)) [[unlikely]] {
        return nullptr;
    }
    void* p = heap->allocate_zeroed(bytes);
    if (!p) [[unlikely]] {
        return memory::allocate_after_all(bytes, [heap, bytes] { return heap->allocate_zeroed(bytes); });
    }
    return p;
}

SEASTAR_INTERNAL_REPLACED void* realloc(void* p, size_t size) noexcept {
    if (!p) {
        return memory::allocate(size);
    }
    if (size == 0) { // as the C library has it
        memory::give_back(p);
        return nullptr;
    }
    return memory::reallocate(p, size);
}

SEASTAR_INTERNAL_REPLACED int posix_memalign(void** result, size_t alignment, size_t size) noexcept {
    if (!memory::is_power_of_two(alignment) || alignment % sizeof(void*) != 0) {
        return EINVAL;
    }
    auto errno_before = errno;
    void* p = memory::allocate_aligned(alignment, size);
    errno = errno_before; // POSIX: not set
    if (!p) {
        return ENOMEM;
    }
    *result = p;
    return 0;
}

SEASTAR_INTERNAL_REPLACED void* memalign(size_t alignment, size_t size) noexcept {
    if (alignment > SIZE_MAX / 2 + 1) {
        errno = EINVAL;
        return nullptr;
    }
    return memory::allocate_aligned(std::bit_ceil(alignment), size); // as the C library has it
}

SEASTAR_INTERNAL_REPLACED void* aligned_alloc(size_t alignment, size_t size) noexcept {
    if (!memory::is_power_of_two(alignment)) {
        errno = EINVAL;
        return nullptr;
    }
    return memory::allocate_aligned(alignment, size);
}

SEASTAR_INTERNAL_REPLACED size_t malloc_usable_size(void* p) noexcept { return p ? memory::usable_size(p) : 0; }

SEASTAR_INTERNAL_REPLACED int malloc_trim(size_t pad) noexcept {
    if (auto* heap = memory::this_thread_heap) {
        heap->trim();
        return 1;
    }
    // tidy-allow(global): as above
    static auto* of_libc = memory::of_the_c_library<int(size_t)>("malloc_trim");
    return of_libc(pad);
}

}

using std::align_val_t;
using std::nothrow_t;

SEASTAR_INTERNAL_REPLACED void* operator new(size_t size) { return memory::allocate_new(size); }
SEASTAR_INTERNAL_REPLACED void* operator new[](size_t size) { return memory::allocate_new(size); }
SEASTAR_INTERNAL_REPLACED void* operator new(size_t size, align_val_t a) { return memory::allocate_new(size, a); }
SEASTAR_INTERNAL_REPLACED void* operator new[](size_t size, align_val_t a) { return memory::allocate_new(size, a); }
SEASTAR_INTERNAL_REPLACED void* operator new(size_t size, const nothrow_t&) noexcept {
    return memory::allocate_new_nothrow(size);
}
SEASTAR_INTERNAL_REPLACED void* operator new[](size_t size, const nothrow_t&) noexcept {
    return memory::allocate_new_nothrow(size);
}
SEASTAR_INTERNAL_REPLACED void* operator new(size_t size, align_val_t a, const nothrow_t&) noexcept {
    return memory::allocate_new_nothrow(size, a);
}
SEASTAR_INTERNAL_REPLACED void* operator new[](size_t size, align_val_t a, const nothrow_t&) noexcept {
    return memory::allocate_new_nothrow(size, a);
}
SEASTAR_INTERNAL_REPLACED void operator delete(void* p) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete[](void* p) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete(void* p, size_t) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete[](void* p, size_t) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete(void* p, align_val_t) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete[](void* p, align_val_t) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete(void* p, size_t, align_val_t) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete[](void* p, size_t, align_val_t) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete(void* p, const nothrow_t&) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete[](void* p, const nothrow_t&) noexcept { memory::give_back(p); }
SEASTAR_INTERNAL_REPLACED void operator delete(void* p, align_val_t, const nothrow_t&) noexcept {
    memory::give_back(p);
}
SEASTAR_INTERNAL_REPLACED void operator delete[](void* p, align_val_t, const nothrow_t&) noexcept {
    memory::give_back(p);
}

#endif
