/// Which types are smart pointers, for loops and helpers that look through them.
#pragma once

namespace seastar {

/// True for what names its element_type and can be dereferenced, tested and asked for the plain pointer: the pointers
/// of the standard library and of this one. Programs may specialise it.
template <typename T>
struct is_smart_ptr {
    static constexpr bool value = requires(const T& p) {
        typename T::element_type;
        *p;
        p.operator->();
        p.get();
        static_cast<bool>(p);
    };
};

}
