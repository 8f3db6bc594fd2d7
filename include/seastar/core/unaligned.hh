/// Values at addresses that their type's alignment does not allow.
#pragma once

#include <type_traits>

namespace seastar {

/// A T of alignment 1; reads as a T and is assigned one. For members of packed structs and pointers into buffers.
template <typename T>
struct unaligned {
    static_assert(std::is_trivially_copyable_v<T>);

    T raw;
    unaligned() = default;
    constexpr unaligned(T value) noexcept : raw(value) {}
    unaligned& operator=(const T& value) noexcept {
        raw = value;
        return *this;
    }
    constexpr operator T() const noexcept { return raw; }
} __attribute__((packed));

/// `*unaligned_cast<uint32_t*>(p) = 5;`
template <typename T, typename F>
inline auto unaligned_cast(F* p) noexcept {
    return reinterpret_cast<unaligned<std::remove_pointer_t<T>>*>(p);
}
template <typename T, typename F>
inline auto unaligned_cast(const F* p) noexcept {
    return reinterpret_cast<const unaligned<std::remove_pointer_t<T>>*>(p);
}

}
