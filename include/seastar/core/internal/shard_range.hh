/// The numbers of shards as a view: what std::views::iota(0u, n) is, without the weight of <ranges> in programs that
/// only count.
#pragma once

#include <seastar/core/shard_id.hh>

#include <compare>
#include <cstddef>
#include <iterator>

namespace seastar::internal {

/// 0, 1 ... size - 1. A std::ranges view, random-access, sized, borrowed.
class shard_range {
public:
    class iterator {
        shard_id _id = 0;

    public:
        using value_type = shard_id;
        using difference_type = std::ptrdiff_t;
        using reference = shard_id;
        using pointer = void;
        using iterator_category = std::input_iterator_tag; // of C++17, whose others hand out references
        using iterator_concept = std::random_access_iterator_tag;

        constexpr iterator() noexcept = default;
        constexpr explicit iterator(shard_id id) noexcept : _id(id) {}

        constexpr shard_id operator*() const noexcept { return _id; }
        constexpr shard_id operator[](difference_type n) const noexcept { return *(*this + n); }
        constexpr iterator& operator++() noexcept { return *this += 1; }
        constexpr iterator& operator--() noexcept { return *this -= 1; }
        constexpr iterator operator++(int) noexcept { return iterator(_id++); }
        constexpr iterator operator--(int) noexcept { return iterator(_id--); }
        constexpr iterator& operator+=(difference_type n) noexcept {
            _id = static_cast<shard_id>(_id + n);
            return *this;
        }
        constexpr iterator& operator-=(difference_type n) noexcept { return *this += -n; }
        friend constexpr iterator operator+(iterator i, difference_type n) noexcept { return i += n; }
        friend constexpr iterator operator+(difference_type n, iterator i) noexcept { return i += n; }
        friend constexpr iterator operator-(iterator i, difference_type n) noexcept { return i -= n; }
        friend constexpr difference_type operator-(iterator a, iterator b) noexcept {
            return static_cast<difference_type>(a._id) - static_cast<difference_type>(b._id);
        }
        friend constexpr bool operator==(iterator, iterator) noexcept = default;
        friend constexpr auto operator<=>(iterator, iterator) noexcept = default;
    };

    constexpr shard_range() noexcept = default;
    constexpr explicit shard_range(unsigned size) noexcept : _size(size) {}

    constexpr iterator begin() const noexcept { return iterator(0); }
    constexpr iterator end() const noexcept { return iterator(_size); }
    constexpr size_t size() const noexcept { return _size; }
    constexpr bool empty() const noexcept { return _size == 0; }
    constexpr shard_id operator[](size_t n) const noexcept { return static_cast<shard_id>(n); }
    constexpr shard_id front() const noexcept { return 0; }
    constexpr shard_id back() const noexcept { return _size - 1; }

private:
    unsigned _size = 0;
};

}

template <>
inline constexpr bool std::ranges::enable_view<seastar::internal::shard_range> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<seastar::internal::shard_range> = true;
