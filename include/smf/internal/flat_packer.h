/// Packs a table of numbers and strings, byte for byte as FlatBufferBuilder does, in one pass over one block of memory.
///
/// Most replies are such tables. The general builder costs several times as much for them, because it cannot know how
/// much memory it will need nor which fields there are; generated services can. They call, in this order, string() for
/// all strings in the order of the fields, then add() for all fields in the order that flatc adds them (the largest
/// first), then finish(). Everything is written from the end of the block to its beginning; a "place" is a distance
/// from the end, as in the format's own offsets. The format: https://flatbuffers.dev/internals.
#pragma once

#include <flatbuffers/base.h>

#include <seastar/core/deleter.hh>
#include <seastar/core/temporary_buffer.hh>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace smf::internal {

/// Lives in the registers of one function: hence always_inline, no member whose address is needed, and an owner of the
/// memory only in the end. Fields: how many the table's type has; they are known by their index.
/// Requires: finish() is called, on every way.
template <size_t Fields>
class flat_packer {
    using place = flatbuffers::uoffset_t;

    static constexpr size_t padding_max = 8;
    // The table's offset to its vtable, the vtable, the root's offset, and what aligns them.
    static constexpr size_t fixed_size = 4 + 4 + 2 * Fields + 4 + 2 * padding_max;
    static constexpr size_t field_size_max = 8 + padding_max;
    static constexpr size_t string_overhead_max = sizeof(place) + 1 + padding_max;

    seastar::internal::buffer_deleter_impl* _block;
    char* _end; // of the block's bytes
    place _size = 0;      // written so far
    place _empty = 0;     // of the empty string, which all empty strings share
    place _start = 0;     // of the table
    size_t _alignment = sizeof(place);
    std::array<place, Fields> _strings = {};
    std::array<place, Fields> _fields = {}; // 0: absent

    char* at(place p) noexcept { return _end - p; }
    char* grow(size_t n) noexcept {
        _size += static_cast<place>(n);
        return at(_size);
    }
    /// So that what lies `before` further bytes in front is aligned. As many of eight zeros as it takes.
    void align(size_t alignment, size_t before = 0) noexcept {
        if (auto padding = flatbuffers::PaddingBytes(_size + before, alignment)) {
            std::memset(at(_size) - padding_max, 0, padding_max);
            _size += static_cast<place>(padding);
        }
    }
    /// Lets the compiler leave out what would do nothing: after a number or a string the next of its size is aligned.
    void known_aligned(size_t alignment) noexcept {
        if (_size % alignment != 0) {
            __builtin_unreachable();
        }
    }
    template <typename T>
    static void write(char* to, T value) noexcept {
        value = flatbuffers::EndianScalar(value);
        std::memcpy(to, &value, sizeof(value));
    }
    template <typename T>
    void push(T value) noexcept {
        align(sizeof(T));
        write(grow(sizeof(T)), value);
        known_aligned(sizeof(T));
    }
    /// Refers to something that was written before.
    void push_offset(place to) noexcept {
        align(sizeof(place));
        auto here = grow(sizeof(place));
        write(here, _size - to);
        known_aligned(sizeof(place));
    }

public:
    /// The sizes of all strings. Throws std::bad_alloc, and std::length_error where the format has no offsets for it.
    template <typename... Sizes>
    [[gnu::always_inline]] explicit flat_packer(Sizes... strings) {
        auto capacity = ((fixed_size + field_size_max * Fields) + ... + (strings + string_overhead_max));
        if (capacity >= FLATBUFFERS_MAX_BUFFER_SIZE) [[unlikely]] {
            throw std::length_error("a reply of 2 GiB or more");
        }
        capacity = (capacity + 7) / 8 * 8; // the end is as aligned as the beginning
        _block = seastar::internal::buffer_deleter_impl::make(capacity);
        _end = _block->data() + capacity;
    }

    [[gnu::always_inline]] void string(size_t field, std::string_view s) noexcept {
        if (s.empty() && _empty != 0) {
            _strings[field] = _empty;
            return;
        }
        align(sizeof(place), s.size() + 1);
        *grow(1) = 0;
        std::memcpy(grow(s.size()), s.data(), s.size());
        known_aligned(sizeof(place));
        push(static_cast<place>(s.size()));
        _strings[field] = _start = _size;
        if (s.empty()) {
            _empty = _size;
        }
    }
    [[gnu::always_inline]] void add_string(size_t field) noexcept {
        push_offset(_strings[field]);
        _fields[field] = _size;
    }
    /// Not written where it is 0, the default.
    template <typename T>
    [[gnu::always_inline]] void add(size_t field, T value) noexcept {
        if constexpr (std::is_same_v<T, bool>) {
            return add(field, static_cast<uint8_t>(value));
        } else if (value != 0) {
            push(value);
            _alignment = std::max(_alignment, sizeof(T));
            _fields[field] = _size;
        }
    }

    [[gnu::always_inline]] seastar::temporary_buffer<char> finish() noexcept {
        push<flatbuffers::soffset_t>(0);
        auto table = _size;
        auto used = Fields;
        while (used != 0 && _fields[used - 1] == 0) {
            --used;
        }
        auto vtable_size = sizeof(flatbuffers::voffset_t) * (used + 2);
        auto vtable = grow(vtable_size);
        auto put = [&vtable](size_t v) {
            write(vtable, static_cast<flatbuffers::voffset_t>(v));
            vtable += sizeof(flatbuffers::voffset_t);
        };
        put(vtable_size);
        put(table - _start);
        for (size_t i = 0; i < used; ++i) {
            put(_fields[i] != 0 ? table - _fields[i] : 0);
        }
        write(at(table), static_cast<flatbuffers::soffset_t>(_size - table));
        align(_alignment, sizeof(place));
        auto root = grow(sizeof(place));
        write(root, _size - table);
        return {at(_size), _size, seastar::deleter(_block)};
    }
};

}
