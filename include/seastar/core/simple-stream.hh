/// Streams over memory that is already there, for serializers: no futures, no allocation. Input and output each come in
/// one piece (simple), in several (fragmented), or as either (memory_*_stream).
///
/// Reading or writing past the end throws std::out_of_range and leaves the stream as it was.
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>
#include <variant>

namespace seastar {

template <typename Iterator>
class memory_output_stream;
template <typename Iterator>
class memory_input_stream;
class simple_memory_input_stream;

namespace internal {
[[noreturn]] void throw_stream_overrun(bool writing, size_t wanted, size_t have);

inline void check_stream(bool writing, size_t wanted, size_t have) {
    if (wanted > have) [[unlikely]] {
        throw_stream_overrun(writing, wanted, have);
    }
}
}

/// Counts what is written and keeps none of it.
class measuring_output_stream {
    size_t _size = 0;

public:
    void write(const char*, size_t size) noexcept { _size += size; }
    size_t size() const noexcept { return _size; }
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::forward<Func>(func)(*this);
    }
};

/// Writes into one piece of memory; copies write on independently.
class simple_memory_output_stream {
    char* _p = nullptr;
    size_t _size = 0;

public:
    simple_memory_output_stream() noexcept = default;
    simple_memory_output_stream(char* start, size_t size) noexcept : _p(start), _size(size) {}

    char* begin() const noexcept { return _p; }
    /// Room that is left.
    size_t size() const noexcept { return _size; }

    void skip(size_t size) {
        internal::check_stream(true, size, _size);
        _p += size;
        _size -= size;
    }
    /// The next `size` bytes as a stream of their own; this one goes on behind them.
    simple_memory_output_stream write_substream(size_t size) {
        char* start = _p;
        skip(size);
        return {start, size};
    }
    void write(const char* p, size_t size) {
        char* to = _p;
        skip(size);
        if (size != 0) {
            std::memcpy(to, p, size);
        }
    }
    void fill(char c, size_t size) {
        char* to = _p;
        skip(size);
        if (size != 0) {
            std::memset(to, c, size);
        }
    }
    inline simple_memory_input_stream to_input_stream() const noexcept;
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::forward<Func>(func)(*this);
    }
};

/// Reads one piece of memory; copies read on independently.
class simple_memory_input_stream {
    const char* _p = nullptr;
    size_t _size = 0;

public:
    simple_memory_input_stream() noexcept = default;
    simple_memory_input_stream(const char* start, size_t size) noexcept : _p(start), _size(size) {}

    const char* begin() const noexcept { return _p; }
    /// What is left.
    size_t size() const noexcept { return _size; }

    void skip(size_t size) {
        internal::check_stream(false, size, _size);
        _p += size;
        _size -= size;
    }
    /// The next `size` bytes as a stream of their own; this one goes on behind them.
    simple_memory_input_stream read_substream(size_t size) {
        const char* start = _p;
        skip(size);
        return {start, size};
    }
    void read(char* to, size_t size) {
        const char* from = _p;
        skip(size);
        if (size != 0) {
            std::memcpy(to, from, size);
        }
    }
    template <typename Output>
    void copy_to(Output& to) const {
        to.write(_p, _size);
    }
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::forward<Func>(func)(*this);
    }
};

inline simple_memory_input_stream simple_memory_output_stream::to_input_stream() const noexcept {
    return {_p, _size};
}

/// Reads fragments one behind the other: `Iterator` gives things with begin() and size() (views, buffers), the last of
/// which may be longer than the stream.
template <typename Iterator>
class fragmented_memory_input_stream {
    using simple = simple_memory_input_stream;

    Iterator _next;
    simple _current;
    size_t _size = 0;

    // Calls `visit(start, size)` for the pieces of the next `size` bytes.
    template <typename Visit>
    void for_each_piece(size_t size, Visit visit) {
        internal::check_stream(false, size, _size);
        _size -= size;
        while (size != 0) {
            if (_current.size() == 0) {
                take_fragment();
                continue;
            }
            size_t n = size < _current.size() ? size : _current.size();
            visit(_current.begin(), n);
            _current.skip(n);
            size -= n;
        }
    }
    void take_fragment() {
        auto&& fragment = *_next;
        _current = simple(reinterpret_cast<const char*>(fragment.begin()), fragment.size());
        ++_next;
    }

public:
    using iterator_type = Iterator;
    /// `size` bytes: those of `first`, then those of the fragments from `next` on.
    fragmented_memory_input_stream(Iterator next, simple first, size_t size)
        : _next(std::move(next)), _current(first), _size(size) {}
    fragmented_memory_input_stream(Iterator next, size_t size) : _next(std::move(next)), _size(size) {}

    size_t size() const noexcept { return _size; }
    const char* first_fragment_data() const noexcept { return _current.begin(); }
    size_t first_fragment_size() const noexcept { return _current.size() < _size ? _current.size() : _size; }
    Iterator fragment_iterator() const { return _next; }

    void skip(size_t size) {
        for_each_piece(size, [](const char*, size_t) {});
    }
    fragmented_memory_input_stream read_substream(size_t size) {
        internal::check_stream(false, size, _size);
        fragmented_memory_input_stream part(_next, _current, size);
        skip(size);
        return part;
    }
    void read(char* to, size_t size) {
        for_each_piece(size, [&to](const char* p, size_t n) {
            std::memcpy(to, p, n);
            to += n;
        });
    }
    template <typename Output>
    void copy_to(Output& to) const {
        auto rest = *this;
        rest.for_each_piece(_size, [&to](const char* p, size_t n) { to.write(p, n); });
    }
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::forward<Func>(func)(*this);
    }
};

/// Writes into fragments one behind the other: `Iterator` gives things with get_write() and size() (buffers).
template <typename Iterator>
class fragmented_memory_output_stream {
    using simple = simple_memory_output_stream;

    Iterator _next;
    simple _current;
    size_t _size = 0;

    template <typename Visit>
    void for_each_piece(size_t size, Visit visit) {
        internal::check_stream(true, size, _size);
        _size -= size;
        while (size != 0) {
            if (_current.size() == 0) {
                auto&& fragment = *_next;
                _current = simple(reinterpret_cast<char*>(fragment.get_write()), fragment.size());
                ++_next;
                continue;
            }
            size_t n = size < _current.size() ? size : _current.size();
            visit(_current, n);
            size -= n;
        }
    }

    // The same bytes for reading.
    struct fragment_reader {
        Iterator it;
        struct view {
            const char* p;
            size_t n;
            const char* begin() const noexcept { return p; }
            size_t size() const noexcept { return n; }
        };
        view operator*() const {
            auto&& fragment = *it;
            return {reinterpret_cast<const char*>(fragment.get_write()), fragment.size()};
        }
        fragment_reader& operator++() {
            ++it;
            return *this;
        }
    };

public:
    using iterator_type = Iterator;
    fragmented_memory_output_stream() = default;
    /// `size` bytes: those of `first`, then those of the fragments from `next` on.
    fragmented_memory_output_stream(Iterator next, simple first, size_t size)
        : _next(std::move(next)), _current(first), _size(size) {}
    fragmented_memory_output_stream(Iterator next, size_t size) : _next(std::move(next)), _size(size) {}

    size_t size() const noexcept { return _size; }

    void skip(size_t size) {
        for_each_piece(size, [](simple& to, size_t n) { to.skip(n); });
    }
    fragmented_memory_output_stream write_substream(size_t size) {
        internal::check_stream(true, size, _size);
        fragmented_memory_output_stream part(_next, _current, size);
        skip(size);
        return part;
    }
    void write(const char* p, size_t size) {
        for_each_piece(size, [&p](simple& to, size_t n) {
            to.write(p, n);
            p += n;
        });
    }
    void fill(char c, size_t size) {
        for_each_piece(size, [c](simple& to, size_t n) { to.fill(c, n); });
    }
    auto to_input_stream() const {
        using stream = fragmented_memory_input_stream<fragment_reader>;
        return stream(fragment_reader{_next}, _current.to_input_stream(), _size);
    }
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::forward<Func>(func)(*this);
    }
};

/// An output stream of either kind.
template <typename Iterator>
class memory_output_stream {
public:
    using simple = simple_memory_output_stream;
    using fragmented = fragmented_memory_output_stream<Iterator>;
    memory_output_stream() = default;
    memory_output_stream(simple stream) : _stream(std::move(stream)) {}
    memory_output_stream(fragmented stream) : _stream(std::move(stream)) {}

    /// Calls `func` with the stream that this is.
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::visit(std::forward<Func>(func), _stream);
    }
    template <typename Func>
    decltype(auto) with_stream(Func&& func) const {
        return std::visit(std::forward<Func>(func), _stream);
    }

    size_t size() const {
        return with_stream([](auto& s) { return s.size(); });
    }
    void skip(size_t size) {
        with_stream([size](auto& s) { s.skip(size); });
    }
    memory_output_stream write_substream(size_t size) {
        return with_stream([size](auto& s) -> memory_output_stream { return s.write_substream(size); });
    }
    void write(const char* p, size_t size) {
        with_stream([p, size](auto& s) { s.write(p, size); });
    }
    void fill(char c, size_t size) {
        with_stream([c, size](auto& s) { s.fill(c, size); });
    }

private:
    std::variant<simple, fragmented> _stream;
};

/// An input stream of either kind.
template <typename Iterator>
class memory_input_stream {
public:
    using simple = simple_memory_input_stream;
    using fragmented = fragmented_memory_input_stream<Iterator>;
    memory_input_stream(simple stream) : _stream(std::move(stream)) {}
    memory_input_stream(fragmented stream) : _stream(std::move(stream)) {}

    /// Calls `func` with the stream that this is.
    template <typename Func>
    decltype(auto) with_stream(Func&& func) {
        return std::visit(std::forward<Func>(func), _stream);
    }
    template <typename Func>
    decltype(auto) with_stream(Func&& func) const {
        return std::visit(std::forward<Func>(func), _stream);
    }

    size_t size() const {
        return with_stream([](auto& s) { return s.size(); });
    }
    void skip(size_t size) {
        with_stream([size](auto& s) { s.skip(size); });
    }
    memory_input_stream read_substream(size_t size) {
        return with_stream([size](auto& s) -> memory_input_stream { return s.read_substream(size); });
    }
    void read(char* to, size_t size) {
        with_stream([to, size](auto& s) { s.read(to, size); });
    }
    template <typename Output>
    void copy_to(Output& to) const {
        with_stream([&to](auto& s) { s.copy_to(to); });
    }

private:
    std::variant<simple, fragmented> _stream;
};

using simple_input_stream = simple_memory_input_stream;
using simple_output_stream = simple_memory_output_stream;

/// func(stream), with the concrete stream where `stream` may be one of several: so that its code is made for each kind.
template <typename Stream, typename Func>
decltype(auto) with_serialized_stream(Stream& stream, Func&& func) {
    return stream.with_stream(std::forward<Func>(func));
}

}
