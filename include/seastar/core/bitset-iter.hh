/// The bits that are set in a std::bitset, as a range.
#pragma once

#include <bitset>
#include <cstddef>

namespace bitsets {

/// Zeros above the highest bit that is set, below the lowest. Requires: value != 0.
inline size_t count_leading_zeros(unsigned long value) noexcept {
    return static_cast<size_t>(__builtin_clzl(value));
}
inline size_t count_trailing_zeros(unsigned long value) noexcept {
    return static_cast<size_t>(__builtin_ctzl(value));
}

/// The lowest bit that is set; N when there is none.
template <size_t N>
size_t get_first_set(const std::bitset<N>& bits) noexcept {
    size_t at = 0;
    while (at < N && !bits[at]) {
        ++at;
    }
    return at;
}
/// The highest. Requires: there is one.
template <size_t N>
size_t get_last_set(const std::bitset<N>& bits) noexcept {
    size_t at = N;
    while (at > 0 && !bits[at - 1]) {
        --at;
    }
    return at - 1;
}

/// Gives the positions, the lowest first.
template <size_t N>
class set_iterator {
    const std::bitset<N>* _bits;
    size_t _at;

    void find() noexcept {
        while (_at < N && !(*_bits)[_at]) {
            ++_at;
        }
    }

public:
    explicit set_iterator(const std::bitset<N>& bits, size_t from = 0) noexcept : _bits(&bits), _at(from) { find(); }
    size_t operator*() const noexcept { return _at; }
    set_iterator& operator++() noexcept {
        ++_at;
        find();
        return *this;
    }
    bool operator==(const set_iterator& o) const noexcept { return _at == o._at; }
};

template <size_t N>
class set_range {
    std::bitset<N> _bits;
    size_t _from;

public:
    explicit set_range(const std::bitset<N>& bits, size_t from = 0) noexcept : _bits(bits), _from(from) {}
    set_iterator<N> begin() const noexcept { return set_iterator<N>(_bits, _from); }
    set_iterator<N> end() const noexcept { return set_iterator<N>(_bits, N); }
};

/// for (auto i : for_each_set(bits)) ...
template <size_t N>
set_range<N> for_each_set(const std::bitset<N>& bits, size_t from = 0) noexcept {
    return set_range<N>(bits, from);
}

}
