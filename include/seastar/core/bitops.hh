/// Leading and trailing zeros and logarithms to base two.
#pragma once

#include <type_traits>

namespace seastar {

namespace internal {
template <typename T>
concept unsigned_number = std::is_integral_v<T> && std::is_unsigned_v<T> && sizeof(T) <= sizeof(long long);
}

/// Zero bits above the highest one. Requires: n != 0.
template <typename T>
    requires std::is_integral_v<T>
inline constexpr unsigned count_leading_zeros(T n) noexcept {
    using bits = std::make_unsigned_t<T>;
    return unsigned(__builtin_clzll(bits(n))) - unsigned(8 * (sizeof(long long) - sizeof(T)));
}

/// Zero bits below the lowest one. Requires: n != 0.
template <typename T>
    requires std::is_integral_v<T>
inline constexpr unsigned count_trailing_zeros(T n) noexcept {
    using bits = std::make_unsigned_t<T>;
    return unsigned(__builtin_ctzll(bits(n)));
}

/// The least k with 2^k >= n. Requires: n != 0.
template <internal::unsigned_number T>
inline constexpr unsigned log2ceil(T n) noexcept {
    return n == 1 ? 0 : unsigned(8 * sizeof(T)) - count_leading_zeros(T(n - 1));
}

/// The greatest k with 2^k <= n. Requires: n != 0.
template <internal::unsigned_number T>
inline constexpr unsigned log2floor(T n) noexcept {
    return unsigned(8 * sizeof(T)) - count_leading_zeros(n) - 1;
}

}
