/// Streams over bytes that are in memory already.
#pragma once

#include <seastar/core/iostream.hh>

#include <memory>
#include <utility>
#include <vector>

namespace seastar::util {

/// Reads the buffers of a container, one after the other.
template <typename Container>
class basic_memory_data_source final : public data_source_impl {
    Container _buffers;
    decltype(_buffers.begin()) _next = _buffers.begin();

public:
    explicit basic_memory_data_source(Container&& buffers) : _buffers(std::move(buffers)) {}
    basic_memory_data_source(const basic_memory_data_source&) = delete;

    future<temporary_buffer<char>> get() override {
        // An empty piece would be the end.
        while (_next != _buffers.end()) {
            if (auto piece = std::move(*_next++); !piece.empty()) {
                return make_ready_future<temporary_buffer<char>>(std::move(piece));
            }
        }
        return make_ready_future<temporary_buffer<char>>();
    }
};
using memory_data_source = basic_memory_data_source<std::vector<temporary_buffer<char>>>;

/// Reads one buffer.
class temporary_buffer_data_source final : public data_source_impl {
    temporary_buffer<char> _buffer;

public:
    explicit temporary_buffer_data_source(temporary_buffer<char>&& buffer) noexcept : _buffer(std::move(buffer)) {}
    future<temporary_buffer<char>> get() override {
        return make_ready_future<temporary_buffer<char>>(std::exchange(_buffer, temporary_buffer<char>()));
    }
};

inline input_stream<char> as_input_stream(temporary_buffer<char>&& buffer) {
    return input_stream<char>(data_source(std::make_unique<temporary_buffer_data_source>(std::move(buffer))));
}
template <typename Container>
    requires requires(Container c) { temporary_buffer<char>(std::move(*c.begin())); }
input_stream<char> as_input_stream(Container&& buffers) {
    using source = basic_memory_data_source<std::remove_cvref_t<Container>>;
    return input_stream<char>(data_source(std::make_unique<source>(std::move(buffers))));
}

}
