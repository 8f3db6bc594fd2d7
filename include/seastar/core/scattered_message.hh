/// A message put together from pieces that lie in many places, written without copying them into one.
#pragma once

#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>
#include <seastar/util/noncopyable_function.hh>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace seastar {

/// Collects buffers and what keeps them alive. Movable; goes to output_stream::write() or is taken apart by release().
template <typename CharType>
class scattered_message {
    static_assert(sizeof(CharType) == 1);

    std::vector<temporary_buffer<CharType>> _buffers;
    deleter _on_delete; // runs when the last buffer is gone
    size_t _size = 0;

    void add(const CharType* data, size_t size, deleter d) {
        if (size != 0) {
            _buffers.emplace_back(const_cast<CharType*>(data), size, std::move(d));
            _size += size;
        }
    }

public:
    using char_type = CharType;

    scattered_message() = default;
    scattered_message(scattered_message&&) = default;
    scattered_message& operator=(scattered_message&&) = default;
    scattered_message(const scattered_message&) = delete;
    scattered_message& operator=(const scattered_message&) = delete;

    /// Bytes that outlive the message, such as literals.
    void append_static(const CharType* data, size_t size) { add(data, size, deleter()); }
    template <size_t N>
    void append_static(const CharType (&literal)[N]) {
        append_static(literal, N - 1);
    }
    void append_static(std::basic_string_view<CharType> text) { append_static(text.data(), text.size()); }

    /// A copy of the text.
    void append(std::basic_string_view<CharType> text) { append(temporary_buffer<CharType>(text.data(), text.size())); }
    void append(const CharType* text) { append(std::basic_string_view<CharType>(text)); }
    /// Takes the string over: a long one is not copied.
    template <typename Size, Size MaxSize, bool NulTerminate>
    void append(basic_sstring<CharType, Size, MaxSize, NulTerminate> text) {
        if (!text.empty()) {
            auto holder = std::make_unique<decltype(text)>(std::move(text));
            auto* p = holder.get();
            add(p->data(), p->size(), make_object_deleter(std::move(holder)));
        }
    }
    void append(temporary_buffer<CharType> buffer) {
        if (!buffer.empty()) {
            _size += buffer.size();
            _buffers.push_back(std::move(buffer));
        }
    }

    /// `func` runs when no buffer of the message is used any more.
    template <typename Func>
    void on_delete(Func func) {
        _on_delete = make_deleter(std::move(_on_delete), std::move(func));
    }

    /// Room for `count` pieces.
    void reserve(size_t count) { _buffers.reserve(count); }
    /// Bytes in all.
    size_t size() const noexcept { return _size; }

    /// The pieces in order; the message is empty afterwards.
    std::vector<temporary_buffer<CharType>> release() && {
        if (_on_delete) {
            for (auto& buffer : _buffers) {
                auto* data = buffer.get_write();
                size_t size = buffer.size();
                deleter d = buffer.release();
                d.append(_on_delete.share());
                buffer = temporary_buffer<CharType>(data, size, std::move(d));
            }
            _on_delete = deleter();
        }
        _size = 0;
        return std::exchange(_buffers, {});
    }
};

}
