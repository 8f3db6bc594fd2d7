/// A double-ended queue in one growing ring, for queues that stay about as long as they are: no allocation while it
/// fits.
#pragma once

#include <seastar/util/assert.hh>

#include <array> // the lightest header with the iterator categories
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace seastar {

namespace internal {

/// operator new and delete, as what circular_buffer needs of an allocator.
template <typename T>
struct plain_allocator {
    static T* allocate(size_t n) {
        if (n > size_t(-1) / sizeof(T)) {
            throw std::bad_array_new_length();
        }
        if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
            return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(alignof(T))));
        } else {
            return static_cast<T*>(::operator new(n * sizeof(T)));
        }
    }
    static void deallocate(T* p, size_t n) noexcept {
        if constexpr (alignof(T) > __STDCPP_DEFAULT_NEW_ALIGNMENT__) {
            ::operator delete(p, n * sizeof(T), std::align_val_t(alignof(T)));
        } else {
            ::operator delete(p, n * sizeof(T));
        }
    }
};

/// A place in a ring container that is found by its number: `Container` has element(index).
template <typename Container, typename Value>
class ring_iterator {
    Container* _container = nullptr;
    size_t _index = 0;

    template <typename, typename>
    friend class ring_iterator;

public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = std::remove_const_t<Value>;
    using difference_type = std::ptrdiff_t;
    using pointer = Value*;
    using reference = Value&;

    ring_iterator() noexcept = default;
    ring_iterator(Container* container, size_t index) noexcept : _container(container), _index(index) {}
    template <typename OtherContainer, typename Other>
        requires(std::is_convertible_v<OtherContainer*, Container*> && !std::is_same_v<Other, Value>)
    ring_iterator(const ring_iterator<OtherContainer, Other>& other) noexcept
        : _container(other._container), _index(other._index) {}

    size_t index() const noexcept { return _index; }

    reference operator*() const noexcept { return _container->element(_index); }
    pointer operator->() const noexcept { return &_container->element(_index); }
    reference operator[](difference_type n) const noexcept { return _container->element(_index + size_t(n)); }

    ring_iterator& operator++() noexcept {
        ++_index;
        return *this;
    }
    ring_iterator operator++(int) noexcept { return ring_iterator(_container, _index++); }
    ring_iterator& operator--() noexcept {
        --_index;
        return *this;
    }
    ring_iterator operator--(int) noexcept { return ring_iterator(_container, _index--); }
    ring_iterator& operator+=(difference_type n) noexcept {
        _index += size_t(n);
        return *this;
    }
    ring_iterator& operator-=(difference_type n) noexcept {
        _index -= size_t(n);
        return *this;
    }
    friend ring_iterator operator+(ring_iterator a, difference_type n) noexcept { return a += n; }
    friend ring_iterator operator+(difference_type n, ring_iterator a) noexcept { return a += n; }
    friend ring_iterator operator-(ring_iterator a, difference_type n) noexcept { return a -= n; }
    friend difference_type operator-(const ring_iterator& a, const ring_iterator& b) noexcept {
        return difference_type(a._index - b._index);
    }
    friend bool operator==(const ring_iterator& a, const ring_iterator& b) noexcept { return a._index == b._index; }
    // By distance, because the numbers may wrap.
    friend bool operator<(const ring_iterator& a, const ring_iterator& b) noexcept { return a - b < 0; }
    friend bool operator>(const ring_iterator& a, const ring_iterator& b) noexcept { return a - b > 0; }
    friend bool operator<=(const ring_iterator& a, const ring_iterator& b) noexcept { return a - b <= 0; }
    friend bool operator>=(const ring_iterator& a, const ring_iterator& b) noexcept { return a - b >= 0; }
};

}

/// Grows by doubling, shrinks only when destroyed or moved from. Pushing and erasing invalidate iterators; references
/// stay valid until the ring grows. Requires: front(), back() and pops only on a buffer that is not empty.
template <typename T, typename Alloc = internal::plain_allocator<T>>
class circular_buffer {
public:
    using value_type = T;
    using size_type = size_t;
    using reference = T&;
    using pointer = T*;
    using const_reference = const T&;
    using const_pointer = const T*;
    using difference_type = std::ptrdiff_t;
    using iterator = internal::ring_iterator<circular_buffer, T>;
    using const_iterator = internal::ring_iterator<const circular_buffer, const T>;

    circular_buffer() noexcept = default;
    explicit circular_buffer(Alloc alloc) noexcept : _impl(std::move(alloc)) {}
    circular_buffer(circular_buffer&& other) noexcept : _impl(std::move(other._impl)) { other._impl.reset(); }
    circular_buffer& operator=(circular_buffer&& other) noexcept {
        if (this != &other) {
            this->~circular_buffer();
            new (this) circular_buffer(std::move(other));
        }
        return *this;
    }
    circular_buffer(const circular_buffer&) = delete;
    circular_buffer& operator=(const circular_buffer&) = delete;
    ~circular_buffer() {
        clear();
        if (_impl.storage) {
            _impl.deallocate(_impl.storage, _impl.capacity);
        }
    }

    void push_front(const T& value) { emplace_front(value); }
    void push_front(T&& value) { emplace_front(std::move(value)); }
    void push_back(const T& value) { emplace_back(value); }
    void push_back(T&& value) { emplace_back(std::move(value)); }

    template <typename... Args>
    T& emplace_front(Args&&... args) {
        if (size() == _impl.capacity) {
            return grow_with(true, std::forward<Args>(args)...);
        }
        T* p = new (static_cast<void*>(slot(_impl.begin - 1))) T(std::forward<Args>(args)...);
        --_impl.begin;
        return *p;
    }
    template <typename... Args>
    T& emplace_back(Args&&... args) {
        if (size() == _impl.capacity) {
            return grow_with(false, std::forward<Args>(args)...);
        }
        T* p = new (static_cast<void*>(slot(_impl.end))) T(std::forward<Args>(args)...);
        ++_impl.end;
        return *p;
    }

    T& front() noexcept { return element(_impl.begin); }
    const T& front() const noexcept { return element(_impl.begin); }
    T& back() noexcept { return element(_impl.end - 1); }
    const T& back() const noexcept { return element(_impl.end - 1); }
    void pop_front() noexcept {
        element(_impl.begin).~T();
        ++_impl.begin;
    }
    void pop_back() noexcept {
        element(_impl.end - 1).~T();
        --_impl.end;
    }

    bool empty() const noexcept { return _impl.begin == _impl.end; }
    size_t size() const noexcept { return _impl.end - _impl.begin; }
    size_t capacity() const noexcept { return _impl.capacity; }
    /// Room for at least `n` elements.
    void reserve(size_t n) {
        if (n > capacity()) {
            rehouse(n);
        }
    }
    void clear() noexcept { erase(begin(), end()); }

    T& operator[](size_t index) noexcept { return element(_impl.begin + index); }
    const T& operator[](size_t index) const noexcept { return element(_impl.begin + index); }
    /// As operator[], also for an index that holds no element now; for prefetching.
    T& access_element_unsafe(size_t index) noexcept { return element(_impl.begin + index); }

    template <typename Func>
    void for_each(Func func) {
        for (T& value : *this) {
            func(value);
        }
    }

    iterator begin() noexcept { return iterator(this, _impl.begin); }
    iterator end() noexcept { return iterator(this, _impl.end); }
    const_iterator begin() const noexcept { return cbegin(); }
    const_iterator end() const noexcept { return cend(); }
    const_iterator cbegin() const noexcept { return const_iterator(this, _impl.begin); }
    const_iterator cend() const noexcept { return const_iterator(this, _impl.end); }

    /// Removes a range, moving whichever side is shorter. Returns the element behind it.
    iterator erase(const_iterator first, const_iterator last) noexcept {
        size_t from = first.index();
        size_t to = last.index();
        size_t count = to - from;
        if (count == 0) {
            return iterator(this, from);
        }
        if (from - _impl.begin < _impl.end - to) {
            for (size_t i = from; i != _impl.begin; --i) {
                element(i + count - 1) = std::move(element(i - 1));
            }
            while (count-- != 0) {
                pop_front();
            }
            return iterator(this, to);
        }
        for (size_t i = to; i != _impl.end; ++i) {
            element(i - count) = std::move(element(i));
        }
        while (count-- != 0) {
            pop_back();
        }
        return iterator(this, from);
    }

private:
    template <typename, typename>
    friend class internal::ring_iterator;

    struct impl : Alloc {
        T* storage = nullptr;
        // Numbers of the first element and of the one behind the last; they only count, and wrap.
        size_t begin = 0;
        size_t end = 0;
        size_t capacity = 0; ///< a power of two, or 0

        impl() = default;
        explicit impl(Alloc alloc) noexcept : Alloc(std::move(alloc)) {}
        void reset() noexcept {
            storage = nullptr;
            begin = end = capacity = 0;
        }
    };
    impl _impl;

    T* slot(size_t number) const noexcept { return _impl.storage + (number & (_impl.capacity - 1)); }
    T& element(size_t number) noexcept { return *slot(number); }
    const T& element(size_t number) const noexcept { return *slot(number); }

    // A new home with room for `n`, into which the constructor or move of `fill` puts everything before the old goes.
    struct new_storage {
        impl& alloc;
        size_t capacity = 1;
        T* storage;
        size_t first = 0; ///< constructed: [first, last)
        size_t last = 0;

        new_storage(impl& alloc, size_t n) : alloc(alloc) {
            while (capacity < n) {
                capacity *= 2;
                if (capacity == 0) {
                    throw std::bad_alloc();
                }
            }
            storage = alloc.allocate(capacity);
        }
        ~new_storage() {
            if (storage) {
                for (size_t i = first; i != last; ++i) {
                    storage[i & (capacity - 1)].~T();
                }
                alloc.deallocate(storage, capacity);
            }
        }
    };

    void rehouse(size_t n) {
        new_storage to(_impl, n);
        move_into(to);
    }
    // The new element is made first: its arguments may refer to old ones.
    template <typename... Args>
    T& grow_with(bool at_front, Args&&... args) {
        new_storage to(_impl, size() < 4 ? 4 : 2 * size());
        size_t at = at_front ? to.capacity - 1 : size();
        T* p = new (static_cast<void*>(to.storage + at)) T(std::forward<Args>(args)...);
        struct destroy_on_error {
            T* p;
            ~destroy_on_error() {
                if (p) {
                    p->~T();
                }
            }
        } guard{p};
        move_into(to);
        guard.p = nullptr;
        if (at_front) {
            --_impl.begin;
        } else {
            ++_impl.end;
        }
        return *p;
    }
    void move_into(new_storage& to) {
        for (size_t i = _impl.begin; i != _impl.end; ++i) {
            new (static_cast<void*>(to.storage + to.last)) T(std::move(element(i)));
            ++to.last;
        }
        size_t n = size();
        clear();
        T* old = std::exchange(_impl.storage, std::exchange(to.storage, nullptr));
        size_t old_capacity = std::exchange(_impl.capacity, to.capacity);
        if (old) {
            _impl.deallocate(old, old_capacity);
        }
        _impl.begin = 0;
        _impl.end = n;
    }
};

}
