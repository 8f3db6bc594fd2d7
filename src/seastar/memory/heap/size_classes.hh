/// The sizes that small blocks come in: steps of 16 bytes up to 128, then four to each doubling, so that a block wastes
/// a fifth of itself at most. Blocks of a class are cut from spans of pages of one length: a block is aligned to the
/// largest power of two that divides its size, up to a page.
#pragma once

#include <seastar/core/internal/page_size.hh>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace seastar::memory {

struct size_class {
    uint32_t size = 0;     ///< bytes of a block
    uint16_t capacity = 0; ///< blocks of a span
    uint16_t pages = 0;    ///< of a span
};

inline constexpr size_t small_max = 16 * 1024;
inline constexpr size_t small_step = 16;
inline constexpr unsigned class_count = 36;

constexpr std::array<size_class, class_count> make_size_classes() {
    std::array<size_class, class_count> classes;
    size_t size = 0;
    for (auto& c : classes) {
        size += size < 128 ? small_step : std::bit_floor(size) / 4;
        c.size = static_cast<uint32_t>(size);
        // The shortest span that holds at least eight blocks (one of the largest has 32 pages) and wastes an eighth.
        size_t pages = (8 * size + page_size - 1) / page_size;
        while (pages * page_size % size * 8 > pages * page_size) {
            ++pages;
        }
        c.pages = static_cast<uint16_t>(pages);
        c.capacity = static_cast<uint16_t>(pages * page_size / size);
    }
    return classes;
}

inline constexpr auto size_classes = make_size_classes();
static_assert(size_classes.back().size == small_max);

/// Number of the smallest class for a size, by size in steps, rounded up.
constexpr std::array<uint8_t, small_max / small_step + 1> make_class_of_steps() {
    std::array<uint8_t, small_max / small_step + 1> result{};
    uint8_t c = 0;
    for (size_t steps = 0; steps < result.size(); ++steps) {
        c += steps * small_step > size_classes[c].size;
        result[steps] = c;
    }
    return result;
}

inline constexpr auto class_of_steps = make_class_of_steps();

/// Requires: size <= small_max.
constexpr unsigned class_of(size_t size) noexcept {
    return class_of_steps[(size + small_step - 1) / small_step];
}

}
