/// A reference that can be captured and copied: std::reference_wrapper without <functional>, and never implicit.
#pragma once

namespace seastar {

template <typename T>
class reference_wrapper {
    T* _p;
    explicit reference_wrapper(T& value) noexcept : _p(&value) {}
    template <typename U>
    friend reference_wrapper<U> ref(U& value) noexcept;
    template <typename U>
    friend reference_wrapper<const U> cref(const U& value) noexcept;

public:
    using type = T;
    operator T&() const noexcept { return *_p; }
    T& get() const noexcept { return *_p; }
};

template <typename T>
inline reference_wrapper<T> ref(T& value) noexcept {
    return reference_wrapper<T>(value);
}
template <typename T>
inline reference_wrapper<const T> cref(const T& value) noexcept {
    return reference_wrapper<const T>(value);
}

}
