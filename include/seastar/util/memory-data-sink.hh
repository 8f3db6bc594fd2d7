/// Streams whose output stays in memory.
#pragma once

#include <seastar/core/iostream.hh>

#include <span>
#include <vector>

namespace seastar::util {

/// Moves the buffers to the end of a container.
template <typename Container>
void append_buffers(Container& to, std::span<temporary_buffer<char>> buffers) {
    for (auto& buffer : buffers) {
        to.push_back(std::move(buffer));
    }
}

/// Appends what is written to a container of buffers, which outlives it.
template <typename Container, size_t MaxSize = 0>
class basic_memory_data_sink final : public data_sink_impl {
    Container& _to;

public:
    explicit basic_memory_data_sink(Container& to) noexcept : _to(to) {}
    using data_sink_impl::put;
    future<> put(std::span<temporary_buffer<char>> data) override {
        append_buffers(_to, data);
        return make_ready_future<>();
    }
    future<> flush() override { return make_ready_future<>(); }
    future<> close() override { return make_ready_future<>(); }
    /// Of the stream's buffer; 0: the stream's own choice.
    size_t buffer_size() const noexcept override { return MaxSize; }
};
using memory_data_sink = basic_memory_data_sink<std::vector<temporary_buffer<char>>>;

}
