/// A piece of memory on its way through the streams: bytes that somebody else may also be looking at, and the deleter
/// that gives them back.
#pragma once

#include <seastar/core/deleter.hh>
#include <seastar/util/assert.hh>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace seastar {

/// Owns `size()` characters, alone or shared; movable, copied only through share(), clone() and copy_of(). A read that
/// returns an empty buffer has reached the end of its stream.
/// Shard: stays on one shard, with all that share it.
/// Costs one allocation for a buffer of any size; share() costs none.
template <typename CharType>
class temporary_buffer {
    static_assert(sizeof(CharType) == 1, "buffers of bytes only");

public:
    using value_type = CharType;

    /// `size` characters, not initialised. Throws std::bad_alloc.
    explicit temporary_buffer(size_t size)
        : temporary_buffer(size != 0 ? internal::buffer_deleter_impl::make(size) : nullptr, size) {}
    temporary_buffer() noexcept = default;
    temporary_buffer(const temporary_buffer&) = delete;
    temporary_buffer& operator=(const temporary_buffer&) = delete;
    temporary_buffer(temporary_buffer&& other) noexcept
        : _buffer(std::exchange(other._buffer, nullptr)), _size(std::exchange(other._size, 0)),
          _deleter(std::move(other._deleter)) {}
    temporary_buffer& operator=(temporary_buffer&& other) noexcept {
        if (this != &other) {
            _buffer = std::exchange(other._buffer, nullptr);
            _size = std::exchange(other._size, 0);
            _deleter = std::move(other._deleter);
        }
        return *this;
    }
    /// Bytes that somebody else allocated, and how to give them back.
    temporary_buffer(CharType* buffer, size_t size, deleter d) noexcept
        : _buffer(buffer), _size(size), _deleter(std::move(d)) {}
    /// A copy of the bytes.
    temporary_buffer(const CharType* source, size_t size) : temporary_buffer(size) {
        if (size != 0) {
            std::memcpy(_buffer, source, size);
        }
    }

    const CharType* get() const noexcept { return _buffer; }
    /// For filling it. Whoever shares the buffer sees what is written.
    CharType* get_write() noexcept { return _buffer; }
    size_t size() const noexcept { return _size; }
    const CharType* begin() const noexcept { return _buffer; }
    const CharType* end() const noexcept { return _buffer + _size; }
    const CharType& operator[](size_t pos) const noexcept { return _buffer[pos]; }
    bool empty() const noexcept { return _size == 0; }
    explicit operator bool() const noexcept { return _size != 0; }

    /// Another buffer over the same bytes.
    temporary_buffer share() { return temporary_buffer(_buffer, _size, _deleter.share()); }
    /// The same for a part of it. Requires: pos + length <= size().
    temporary_buffer share(size_t pos, size_t length) {
        SEASTAR_ASSERT(pos <= _size && length <= _size - pos);
        return temporary_buffer(_buffer + pos, length, _deleter.share());
    }
    /// A copy that shares nothing.
    temporary_buffer clone() const { return temporary_buffer(_buffer, _size); }
    /// Shortened to its first `size` characters, where it has more.
    temporary_buffer prefix(size_t size) && {
        auto r = std::move(*this);
        r._size = r._size < size ? r._size : size;
        return r;
    }

    /// Drops characters from the front. Requires: pos <= size().
    void trim_front(size_t pos) noexcept {
        SEASTAR_ASSERT(pos <= _size);
        _buffer += pos;
        _size -= pos;
    }
    /// Keeps the first `pos` characters. Requires: pos <= size().
    void trim(size_t pos) noexcept {
        SEASTAR_ASSERT(pos <= _size);
        _size = pos;
    }

    /// Gives up the bytes without freeing them: the deleter is now the caller's.
    deleter release() noexcept {
        _buffer = nullptr;
        _size = 0;
        return std::move(_deleter);
    }

    /// `size` characters at an address that is a multiple of `alignment` (a power of two, at least a pointer's).
    /// Throws std::bad_alloc.
    static temporary_buffer aligned(size_t alignment, size_t size) {
        void* p = nullptr;
        if (::posix_memalign(&p, alignment, size ? size : 1) != 0) {
            throw std::bad_alloc();
        }
        return temporary_buffer(static_cast<CharType*>(p), size, make_free_deleter(p));
    }

    static temporary_buffer copy_of(std::string_view view) {
        return temporary_buffer(reinterpret_cast<const CharType*>(view.data()), view.size());
    }

    friend bool operator==(const temporary_buffer& a, const temporary_buffer& b) noexcept {
        return a._size == b._size && (a._size == 0 || std::memcmp(a._buffer, b._buffer, a._size) == 0);
    }

private:
    temporary_buffer(internal::buffer_deleter_impl* block, size_t size) noexcept
        : _buffer(block ? reinterpret_cast<CharType*>(block->data()) : nullptr), _size(size), _deleter(block) {}

    CharType* _buffer = nullptr;
    size_t _size = 0;
    deleter _deleter;
};

}
