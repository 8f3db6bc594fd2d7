/// Integers in the order of the network: hton() to it, ntoh() from it, also for what names its fields.
#pragma once

#include <seastar/core/byteorder.hh>

#include <cstdint>
#include <utility>

namespace seastar {

inline uint64_t ntohq(uint64_t v) noexcept { return be_to_cpu(v); }
inline uint64_t htonq(uint64_t v) noexcept { return cpu_to_be(v); }

namespace net {

/// A number that may stand at any address.
template <typename T>
struct packed {
    T raw;
    packed() = default;
    packed(T v) noexcept : raw(v) {}
    packed& operator=(const T& v) noexcept {
        raw = v;
        return *this;
    }
    operator T() const noexcept { return raw; }
} __attribute__((packed));

template <typename T>
    requires std::is_integral_v<T>
constexpr T ntoh(T v) noexcept {
    return be_to_cpu(v);
}
template <typename T>
    requires std::is_integral_v<T>
constexpr T hton(T v) noexcept {
    return cpu_to_be(v);
}
template <typename T>
packed<T> ntoh(const packed<T>& v) noexcept {
    return be_to_cpu(T(v));
}
template <typename T>
packed<T> hton(const packed<T>& v) noexcept {
    return cpu_to_be(T(v));
}

namespace internal {
template <bool ToHost, typename T>
void convert(T& field) noexcept {
    if constexpr (requires { field.adjust_endianness([](auto&...) {}); }) {
        field.adjust_endianness([](auto&... fields) { (..., convert<ToHost>(fields)); });
    } else {
        field = ToHost ? ntoh(field) : hton(field);
    }
}
}

/// Converts all the arguments where they are; a struct's adjust_endianness(f) calls f(fields...).
template <typename... T>
void ntoh_inplace(T&... fields) noexcept {
    (..., internal::convert<true>(fields));
}
template <typename... T>
void hton_inplace(T&... fields) noexcept {
    (..., internal::convert<false>(fields));
}
/// A converted copy.
template <typename T>
    requires requires(T t) { t.adjust_endianness([](auto&...) {}); }
T ntoh(const T& value) noexcept {
    T copy = value;
    internal::convert<true>(copy);
    return copy;
}
template <typename T>
    requires requires(T t) { t.adjust_endianness([](auto&...) {}); }
T hton(const T& value) noexcept {
    T copy = value;
    internal::convert<false>(copy);
    return copy;
}

}
}
