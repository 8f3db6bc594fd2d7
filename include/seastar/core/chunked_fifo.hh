/// A queue in chunks: grows without moving elements and without large allocations, and gives memory back as it drains.
#pragma once

#include <seastar/util/assert.hh>

#include <array> // the lightest header with the iterator categories
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace seastar {

/// First in, first out, in linked chunks of ItemsPerChunk elements (a power of two). One spare chunk is kept, so that a
/// queue that goes back and forth over a chunk's border does not allocate; reserve() keeps more.
/// References and iterators stay valid until their element is popped. Requires: front(), back() and pops only on a
/// queue that is not empty.
template <typename T, size_t ItemsPerChunk = 128>
class chunked_fifo {
    static_assert((ItemsPerChunk & (ItemsPerChunk - 1)) == 0, "items per chunk must be a power of two");

    struct chunk {
        chunk* next = nullptr;
        // Numbers of the first element and of the one behind the last; a slot is the number modulo the chunk's size.
        size_t begin = 0;
        size_t end = 0;
        alignas(T) unsigned char storage[ItemsPerChunk * sizeof(T)];

        size_t size() const noexcept { return end - begin; }
        T* slot(size_t number) noexcept { return reinterpret_cast<T*>(storage) + (number & (ItemsPerChunk - 1)); }
        T& element(size_t number) noexcept { return *std::launder(slot(number)); }
    };

    template <typename Value>
    class basic_iterator {
        chunk* _chunk = nullptr;
        size_t _number = 0;

        friend class chunked_fifo;
        basic_iterator(chunk* c, size_t number) noexcept : _chunk(c), _number(number) {}
        explicit basic_iterator(chunk* c) noexcept : _chunk(c), _number(c ? c->begin : 0) {}

    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::remove_const_t<Value>;
        using difference_type = std::ptrdiff_t;
        using pointer = Value*;
        using reference = Value&;

        basic_iterator() noexcept = default;
        template <typename Other>
            requires(std::is_const_v<Value> && std::is_same_v<const Other, Value> && !std::is_same_v<Other, Value>)
        basic_iterator(const basic_iterator<Other>& other) noexcept
            : _chunk(other._chunk), _number(other._number) {}

        template <typename>
        friend class basic_iterator;

        reference operator*() const noexcept { return _chunk->element(_number); }
        pointer operator->() const noexcept { return &_chunk->element(_number); }
        basic_iterator& operator++() noexcept {
            if (++_number == _chunk->end) {
                *this = basic_iterator(_chunk->next);
            }
            return *this;
        }
        basic_iterator operator++(int) noexcept {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const basic_iterator& a, const basic_iterator& b) noexcept {
            return a._chunk == b._chunk && a._number == b._number;
        }
    };

public:
    using value_type = T;
    using size_type = size_t;
    using reference = T&;
    using pointer = T*;
    using const_reference = const T&;
    using const_pointer = const T*;
    using iterator = basic_iterator<T>;
    using const_iterator = basic_iterator<const T>;

    chunked_fifo() noexcept = default;
    chunked_fifo(chunked_fifo&& other) noexcept { swap(other); }
    chunked_fifo& operator=(chunked_fifo&& other) noexcept {
        if (this != &other) {
            chunked_fifo empty;
            swap(empty);
            swap(other);
        }
        return *this;
    }
    chunked_fifo(const chunked_fifo& other) : chunked_fifo() {
        for (const T& value : other) {
            push_back(value);
        }
    }
    chunked_fifo& operator=(const chunked_fifo& other) {
        if (this != &other) {
            *this = chunked_fifo(other);
        }
        return *this;
    }
    ~chunked_fifo() {
        clear();
        shrink_to_fit();
    }

    void push_back(const T& value) { emplace_back(value); }
    void push_back(T&& value) { emplace_back(std::move(value)); }
    template <typename... Args>
    T& emplace_back(Args&&... args) {
        chunk* c = _back;
        if (c == nullptr || c->size() == ItemsPerChunk) [[unlikely]] {
            c = take_free_chunk();
            try {
                new (static_cast<void*>(c->slot(c->end))) T(std::forward<Args>(args)...);
            } catch (...) {
                put_free_chunk(c);
                throw;
            }
            (_back ? _back->next : _front) = c;
            _back = c;
            ++_chunk_count;
        } else {
            new (static_cast<void*>(c->slot(c->end))) T(std::forward<Args>(args)...);
        }
        ++c->end;
        return c->element(c->end - 1);
    }

    T& front() noexcept { return _front->element(_front->begin); }
    const T& front() const noexcept { return _front->element(_front->begin); }
    T& back() noexcept { return _back->element(_back->end - 1); }
    const T& back() const noexcept { return _back->element(_back->end - 1); }
    void pop_front() noexcept {
        front().~T();
        ++_front->begin;
        if (_front->begin == _front->end) {
            drop_front_chunk();
        }
    }
    /// Pops the first `n`. Requires: n <= size().
    void pop_front_n(size_t n) noexcept {
        SEASTAR_ASSERT(n <= size());
        for (; n != 0; --n) {
            pop_front();
        }
    }

    bool empty() const noexcept { return _front == nullptr; }
    size_t size() const noexcept {
        if (_front == nullptr) {
            return 0;
        }
        if (_front == _back) {
            return _front->size();
        }
        // Chunks between the first and the last are full.
        return _front->size() + (_chunk_count - 2) * ItemsPerChunk + _back->size();
    }
    void clear() noexcept {
        while (!empty()) {
            pop_front();
        }
    }
    /// Makes sure that the queue can grow to `n` elements without allocating; the chunks are kept until
    /// shrink_to_fit().
    void reserve(size_t n) {
        size_t room = _back ? ItemsPerChunk - _back->size() : 0;
        size_t have = size() + room + _free_count * ItemsPerChunk;
        while (have < n) {
            put_free_chunk(new chunk);
            have += ItemsPerChunk;
        }
        _reserved = _reserved < _free_count ? _free_count : _reserved;
    }
    /// Gives all spare chunks back.
    void shrink_to_fit() noexcept {
        while (_free) {
            delete std::exchange(_free, _free->next);
        }
        _free_count = _reserved = 0;
    }

    iterator begin() noexcept { return iterator(_front); }
    iterator end() noexcept { return iterator(); }
    const_iterator begin() const noexcept { return cbegin(); }
    const_iterator end() const noexcept { return cend(); }
    const_iterator cbegin() const noexcept { return const_iterator(_front); }
    const_iterator cend() const noexcept { return const_iterator(); }

private:
    // Never empty chunks, from the oldest to the newest.
    chunk* _front = nullptr;
    chunk* _back = nullptr;
    size_t _chunk_count = 0;
    // Spare ones.
    chunk* _free = nullptr;
    size_t _free_count = 0;
    size_t _reserved = 0; ///< how many reserve() wants kept

    void swap(chunked_fifo& other) noexcept {
        std::swap(_front, other._front);
        std::swap(_back, other._back);
        std::swap(_chunk_count, other._chunk_count);
        std::swap(_free, other._free);
        std::swap(_free_count, other._free_count);
        std::swap(_reserved, other._reserved);
    }
    chunk* take_free_chunk() {
        if (_free == nullptr) {
            return new chunk;
        }
        chunk* c = std::exchange(_free, _free->next);
        --_free_count;
        c->next = nullptr;
        c->begin = c->end = 0;
        return c;
    }
    void put_free_chunk(chunk* c) noexcept {
        c->next = _free;
        _free = c;
        ++_free_count;
    }
    void drop_front_chunk() noexcept {
        chunk* c = std::exchange(_front, _front->next);
        if (_front == nullptr) {
            _back = nullptr;
        }
        --_chunk_count;
        if (_free_count < (_reserved > 1 ? _reserved : 1)) {
            put_free_chunk(c);
        } else {
            delete c;
        }
    }
};

}
