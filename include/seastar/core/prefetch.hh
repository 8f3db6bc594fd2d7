/// Asking the processor for memory before it is needed.
#pragma once

#include <cstddef>
#include <utility>

namespace seastar {

/// Locality 0: used once, to 3: used again and again. A whole object of `L` bytes, one cache line at a time.
template <size_t L, int Locality>
struct prefetcher;

namespace internal {
inline constexpr size_t prefetch_line = 64;

template <int Write, int Locality>
inline void prefetch_bytes(const void* p, size_t size) noexcept {
    auto* at = static_cast<const char*>(p);
    for (size_t offset = 0; offset < size; offset += prefetch_line) {
        __builtin_prefetch(at + offset, Write, Locality);
    }
}
}

template <size_t L, int Locality>
struct prefetcher {
    explicit prefetcher(const void* p) noexcept { internal::prefetch_bytes<0, Locality>(p, L); }
};

/// For reading.
template <typename T, int Locality = 3>
void prefetch(const T* p) noexcept {
    internal::prefetch_bytes<0, Locality>(p, sizeof(T));
}
/// For writing.
template <typename T, int Locality = 3>
void prefetchw(const T* p) noexcept {
    internal::prefetch_bytes<1, Locality>(p, sizeof(T));
}

/// What the pointers from `begin` to `end` point to.
template <typename T, int Locality = 3, typename Iterator>
void prefetch_n(Iterator begin, Iterator end) noexcept {
    for (; begin != end; ++begin) {
        prefetch<T, Locality>(&**begin);
    }
}
/// N objects that lie one after the other.
template <size_t N, typename T, int Locality = 3>
void prefetch_n(const T* p) noexcept {
    internal::prefetch_bytes<0, Locality>(p, N * sizeof(T));
}
template <size_t N, typename T, int Locality = 3>
void prefetchw_n(const T* p) noexcept {
    internal::prefetch_bytes<1, Locality>(p, N * sizeof(T));
}

}
