/// Printing that is safe in signal handlers: no memory, no locks, no locale.
#pragma once

#include <cstddef>
#include <type_traits>

namespace seastar {

/// Writes to standard error, past all buffers; retries where a signal interrupts, gives up on other errors.
void print_safe(const char* text, size_t size) noexcept;
void print_safe(const char* text) noexcept;

/// The hexadecimal digits of `number`, without padding. Writes up to two characters per byte. Returns how many.
template <typename Integral>
size_t convert_hex_safe(char* buffer, size_t size, Integral number) noexcept {
    auto n = static_cast<std::make_unsigned_t<Integral>>(number);
    size_t digits = 1;
    for (auto rest = n; (rest = static_cast<decltype(n)>(rest >> 4)) != 0;) {
        ++digits;
    }
    if (digits > size) {
        return 0;
    }
    for (size_t i = digits; i != 0; --i) {
        buffer[i - 1] = "0123456789abcdef"[n & 15];
        n = static_cast<decltype(n)>(n >> 4);
    }
    return digits;
}

/// All hexadecimal digits of the type's width. Requires: room for two characters per byte.
template <typename Integral>
void convert_zero_padded_hex_safe(char* buffer, size_t size, Integral number) noexcept {
    auto n = static_cast<std::make_unsigned_t<Integral>>(number);
    for (size_t i = size; i != 0; --i) {
        buffer[i - 1] = "0123456789abcdef"[n & 15];
        n = static_cast<decltype(n)>(n >> 4);
    }
}

/// The decimal digits of a number, with a minus sign where it is negative. Returns how many characters, 0 when they do
/// not fit.
template <typename Integral>
size_t convert_decimal_safe(char* buffer, size_t size, Integral number) noexcept {
    char backwards[24];
    size_t count = 0;
    bool negative = number < Integral(0);
    auto n = static_cast<unsigned long long>(number);
    if (negative) {
        n = 0 - n;
    }
    do {
        backwards[count++] = char('0' + n % 10);
        n /= 10;
    } while (n != 0);
    if (negative) {
        backwards[count++] = '-';
    }
    if (count > size) {
        return 0;
    }
    for (size_t i = 0; i != count; ++i) {
        buffer[i] = backwards[count - 1 - i];
    }
    return count;
}

template <typename Integral>
void print_zero_padded_hex_safe(Integral number) noexcept {
    char buffer[2 * sizeof(Integral)];
    convert_zero_padded_hex_safe(buffer, sizeof(buffer), number);
    print_safe(buffer, sizeof(buffer));
}

template <typename Integral>
void print_decimal_safe(Integral number) noexcept {
    char buffer[24];
    print_safe(buffer, convert_decimal_safe(buffer, sizeof(buffer), number));
}

}
