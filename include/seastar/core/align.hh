/// Rounding to multiples of a power of two.
#pragma once

#include <cstdint>

namespace seastar {

/// The least multiple of `alignment` that is not below `value`. Requires: alignment is a power of two; no overflow.
template <typename T>
inline constexpr T align_up(T value, T alignment) noexcept {
    return T((value + alignment - 1) & ~(alignment - 1));
}

template <typename T>
inline constexpr T* align_up(T* value, uintptr_t alignment) noexcept {
    return reinterpret_cast<T*>(align_up(reinterpret_cast<uintptr_t>(value), alignment));
}

/// The greatest multiple of `alignment` that is not above `value`. Requires: alignment is a power of two.
template <typename T>
inline constexpr T align_down(T value, T alignment) noexcept {
    return T(value & ~(alignment - 1));
}

template <typename T>
inline constexpr T* align_down(T* value, uintptr_t alignment) noexcept {
    return reinterpret_cast<T*>(align_down(reinterpret_cast<uintptr_t>(value), alignment));
}

}
