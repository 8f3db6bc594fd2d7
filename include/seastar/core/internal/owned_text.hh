/// A text made out of line, for printing where neither <string> nor <ostream> are wanted.
#pragma once

#include <seastar/core/internal/printing.hh>

#include <cstddef>
#include <cstdlib>
#include <iosfwd>
#include <utility>

namespace seastar::internal {

/// Owns its characters (from malloc), except for literals.
class owned_text {
public:
    /// A copy; when there is no memory for it, a literal that says so.
    owned_text(const char* text, size_t size) noexcept;
    owned_text(owned_text&& other) noexcept
        : _text(other._text), _size(other._size), _owned(std::exchange(other._owned, nullptr)) {}
    owned_text& operator=(owned_text&&) = delete;
    ~owned_text() { std::free(_owned); }

    const char* data() const noexcept { return _text; }
    size_t size() const noexcept { return _size; }

private:
    const char* _text;
    size_t _size;
    char* _owned = nullptr;
};

/// Something that prints itself on an ostream, known by its address only. Valid as long as the object is.
struct streamed {
    const void* object;
    void (*print)(std::ostream&, const void*);

    template <typename T>
    explicit streamed(const T& value) noexcept
        : object(&value), print([](std::ostream& os, const void* p) { os << *static_cast<const T*>(p); }) {}
};

/// What it prints. Throws what printing throws.
owned_text text_of(const streamed& value);

}

template <>
struct fmt::formatter<seastar::internal::streamed, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(const seastar::internal::streamed& value, Context& context) const {
        auto text = seastar::internal::text_of(value);
        return seastar::internal::write_text(context.out(), text.data(), text.size());
    }
};
