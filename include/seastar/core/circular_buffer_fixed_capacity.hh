/// A double-ended queue inside an object of fixed size: never allocates, never moves its elements to grow.
#pragma once

#include <seastar/core/circular_buffer.hh>

namespace seastar {

/// Holds up to Capacity elements (a power of two). Requires: pushes only when not full, pops only when not empty.
template <typename T, size_t Capacity>
class circular_buffer_fixed_capacity {
    static_assert(Capacity != 0 && (Capacity & (Capacity - 1)) == 0, "capacity must be a power of two");

public:
    using value_type = T;
    using size_type = size_t;
    using reference = T&;
    using pointer = T*;
    using const_reference = const T&;
    using const_pointer = const T*;
    using difference_type = std::ptrdiff_t;
    using iterator = internal::ring_iterator<circular_buffer_fixed_capacity, T>;
    using const_iterator = internal::ring_iterator<const circular_buffer_fixed_capacity, const T>;

    circular_buffer_fixed_capacity() noexcept = default;
    circular_buffer_fixed_capacity(circular_buffer_fixed_capacity&& other) noexcept(
        std::is_nothrow_move_constructible_v<T>) {
        for (T& value : other) {
            emplace_back(std::move(value));
        }
        other.clear();
    }
    circular_buffer_fixed_capacity& operator=(circular_buffer_fixed_capacity&& other) noexcept(
        std::is_nothrow_move_constructible_v<T>) {
        if (this != &other) {
            clear();
            for (T& value : other) {
                emplace_back(std::move(value));
            }
            other.clear();
        }
        return *this;
    }
    circular_buffer_fixed_capacity(const circular_buffer_fixed_capacity&) = delete;
    circular_buffer_fixed_capacity& operator=(const circular_buffer_fixed_capacity&) = delete;
    ~circular_buffer_fixed_capacity() { clear(); }

    void push_front(const T& value) { emplace_front(value); }
    void push_front(T&& value) { emplace_front(std::move(value)); }
    void push_back(const T& value) { emplace_back(value); }
    void push_back(T&& value) { emplace_back(std::move(value)); }
    template <typename... Args>
    T& emplace_front(Args&&... args) {
        SEASTAR_ASSERT(size() < Capacity);
        T* p = new (static_cast<void*>(slot(_begin - 1))) T(std::forward<Args>(args)...);
        --_begin;
        return *p;
    }
    template <typename... Args>
    T& emplace_back(Args&&... args) {
        SEASTAR_ASSERT(size() < Capacity);
        T* p = new (static_cast<void*>(slot(_end))) T(std::forward<Args>(args)...);
        ++_end;
        return *p;
    }
    T& front() noexcept { return element(_begin); }
    const T& front() const noexcept { return element(_begin); }
    T& back() noexcept { return element(_end - 1); }
    const T& back() const noexcept { return element(_end - 1); }
    void pop_front() noexcept {
        front().~T();
        ++_begin;
    }
    void pop_back() noexcept {
        back().~T();
        --_end;
    }
    bool empty() const noexcept { return _begin == _end; }
    size_t size() const noexcept { return _end - _begin; }
    static constexpr size_t capacity() noexcept { return Capacity; }
    T& operator[](size_t index) noexcept { return element(_begin + index); }
    const T& operator[](size_t index) const noexcept { return element(_begin + index); }
    void clear() noexcept {
        while (!empty()) {
            pop_front();
        }
    }
    /// Removes a range. Returns the element behind it.
    iterator erase(const_iterator first, const_iterator last) noexcept(std::is_nothrow_move_assignable_v<T>) {
        size_t count = last.index() - first.index();
        for (size_t i = last.index(); i != _end; ++i) {
            element(i - count) = std::move(element(i));
        }
        while (count-- != 0) {
            pop_back();
        }
        return iterator(this, first.index());
    }

    iterator begin() noexcept { return iterator(this, _begin); }
    iterator end() noexcept { return iterator(this, _end); }
    const_iterator begin() const noexcept { return cbegin(); }
    const_iterator end() const noexcept { return cend(); }
    const_iterator cbegin() const noexcept { return const_iterator(this, _begin); }
    const_iterator cend() const noexcept { return const_iterator(this, _end); }

private:
    template <typename, typename>
    friend class internal::ring_iterator;

    T* slot(size_t number) noexcept { return reinterpret_cast<T*>(_storage) + (number & (Capacity - 1)); }
    T& element(size_t number) noexcept { return *std::launder(slot(number)); }
    const T& element(size_t number) const noexcept {
        return const_cast<circular_buffer_fixed_capacity*>(this)->element(number);
    }

    // Numbers of the first element and of the one behind the last; they only count, and wrap.
    size_t _begin = 0;
    size_t _end = 0;
    alignas(T) unsigned char _storage[Capacity * sizeof(T)];
};

}
