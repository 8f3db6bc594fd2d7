/// Integers in the byte orders of files and networks, at any address.
#pragma once

#include <seastar/core/unaligned.hh>

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace seastar {

namespace internal {

template <typename T>
concept byte_order_number = std::is_integral_v<T> || std::is_enum_v<T>;

template <byte_order_number T>
inline constexpr T byte_swapped(T value) noexcept {
    if constexpr (sizeof(T) == 1) {
        return value;
    } else if constexpr (sizeof(T) == 2) {
        return T(__builtin_bswap16(uint16_t(value)));
    } else if constexpr (sizeof(T) == 4) {
        return T(__builtin_bswap32(uint32_t(value)));
    } else {
        static_assert(sizeof(T) == 8);
        return T(__builtin_bswap64(uint64_t(value)));
    }
}

inline constexpr bool little_endian = std::endian::native == std::endian::little;

}

template <internal::byte_order_number T>
inline constexpr T cpu_to_le(T value) noexcept {
    return internal::little_endian ? value : internal::byte_swapped(value);
}
template <internal::byte_order_number T>
inline constexpr T le_to_cpu(T value) noexcept {
    return cpu_to_le(value);
}
template <internal::byte_order_number T>
inline constexpr T cpu_to_be(T value) noexcept {
    return internal::little_endian ? internal::byte_swapped(value) : value;
}
template <internal::byte_order_number T>
inline constexpr T be_to_cpu(T value) noexcept {
    return cpu_to_be(value);
}
template <typename T>
inline constexpr T cpu_to_le(const unaligned<T>& value) noexcept {
    return cpu_to_le(T(value));
}
template <typename T>
inline constexpr T le_to_cpu(const unaligned<T>& value) noexcept {
    return le_to_cpu(T(value));
}
template <typename T>
inline constexpr T cpu_to_be(const unaligned<T>& value) noexcept {
    return cpu_to_be(T(value));
}
template <typename T>
inline constexpr T be_to_cpu(const unaligned<T>& value) noexcept {
    return be_to_cpu(T(value));
}

/// The number at `p`. Requires: sizeof(T) readable bytes.
template <internal::byte_order_number T>
inline T read_le(const char* p) noexcept {
    T value;
    std::memcpy(&value, p, sizeof(T));
    return le_to_cpu(value);
}
template <internal::byte_order_number T>
inline T read_be(const char* p) noexcept {
    T value;
    std::memcpy(&value, p, sizeof(T));
    return be_to_cpu(value);
}
template <internal::byte_order_number T>
inline void write_le(char* p, T value) noexcept {
    value = cpu_to_le(value);
    std::memcpy(p, &value, sizeof(T));
}
template <internal::byte_order_number T>
inline void write_be(char* p, T value) noexcept {
    value = cpu_to_be(value);
    std::memcpy(p, &value, sizeof(T));
}

// The same, moving the pointer on.

template <internal::byte_order_number T>
inline T consume_be(const char*& p) noexcept {
    T value = read_be<T>(p);
    p += sizeof(T);
    return value;
}
template <internal::byte_order_number T>
inline void produce_be(char*& p, T value) noexcept {
    write_be<T>(p, value);
    p += sizeof(T);
}

}
