/// Buffers for direct I/O: aligned, and freed when their owner goes.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace seastar {

namespace internal {
/// Throws std::bad_alloc.
void* allocate_aligned_buffer_impl(size_t size, size_t alignment);
}

struct free_deleter {
    void operator()(void* p) const noexcept { std::free(p); }
};

/// `size` elements of one byte each at a multiple of `alignment` (a power of two). Throws std::bad_alloc.
template <typename CharType>
inline std::unique_ptr<CharType[], free_deleter> allocate_aligned_buffer(size_t size, size_t alignment) {
    static_assert(sizeof(CharType) == 1, "bytes only");
    return std::unique_ptr<CharType[], free_deleter>(
        static_cast<CharType*>(internal::allocate_aligned_buffer_impl(size, alignment)));
}

}
