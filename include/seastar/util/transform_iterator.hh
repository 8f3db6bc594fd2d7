/// An iterator that gives func(element) instead of the element.
#pragma once

#include <array> // the lightest header with the iterator categories
#include <cstddef>
#include <type_traits>
#include <utility>

namespace seastar {

template <typename Iterator, typename Func>
class transform_iterator {
    Iterator _i;
    Func _f;

public:
    using iterator_category = std::input_iterator_tag;
    using reference = decltype(std::declval<const Func&>()(*std::declval<Iterator>()));
    using value_type = std::remove_cvref_t<reference>;
    using difference_type = std::ptrdiff_t;
    using pointer = void;

    transform_iterator(Iterator i, Func f) : _i(std::move(i)), _f(std::move(f)) {}

    reference operator*() const { return _f(*_i); }
    transform_iterator& operator++() {
        ++_i;
        return *this;
    }
    transform_iterator operator++(int) {
        transform_iterator before = *this;
        ++_i;
        return before;
    }
    friend bool operator==(const transform_iterator& a, const transform_iterator& b) { return a._i == b._i; }
    friend auto operator-(const transform_iterator& a, const transform_iterator& b)
        requires requires { a._i - b._i; }
    {
        return a._i - b._i;
    }
};

template <typename Iterator, typename Func>
auto make_transform_iterator(Iterator i, Func f) {
    return transform_iterator<Iterator, Func>(std::move(i), std::move(f));
}

}
