/// An input iterator whose elements are what a function returns: `Func::operator()` is called once per element.
#pragma once

#include <array> // the lightest header with the iterator categories
#include <cstddef>
#include <type_traits>
#include <utility>

namespace seastar {

/// `State` counts: `++state` for each element, `==` says where a range ends.
template <typename Func, typename State>
struct function_input_iterator {
    mutable Func _func;
    State _state;

    using iterator_category = std::input_iterator_tag;
    using reference = decltype(std::declval<Func&>()());
    using value_type = std::remove_cvref_t<reference>;
    using difference_type = std::ptrdiff_t;
    using pointer = void;

    function_input_iterator(Func func, State state) : _func(std::move(func)), _state(std::move(state)) {}

    reference operator*() const { return _func(); }
    function_input_iterator& operator++() {
        ++_state;
        return *this;
    }
    function_input_iterator operator++(int) {
        function_input_iterator before = *this;
        ++_state;
        return before;
    }
    friend bool operator==(const function_input_iterator& a, const function_input_iterator& b) {
        return a._state == b._state;
    }
};

template <typename Func, typename State>
inline function_input_iterator<Func, State> make_function_input_iterator(Func func, State state) {
    return function_input_iterator<Func, State>(std::move(func), std::move(state));
}
}
