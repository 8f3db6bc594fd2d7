/// Streams over pipes: a connection of which one direction is used.
#include <seastar/core/fstream.hh>

#include "net/posix/connection.hh"

namespace seastar {

namespace {

using net::posix::connection;
using net::posix::connection_ptr;

connection_ptr take_over(file_desc& end) { return connection_ptr(new connection(end.release(), 1, nullptr)); }

class pipe_source final : public data_source_impl {
    connection_ptr _c;

public:
    explicit pipe_source(connection_ptr c) noexcept : _c(std::move(c)) {}
    future<temporary_buffer<char>> get() override { return _c->get(); }
    const bool* end_flag() const noexcept override { return _c->end_flag(); }
};

class pipe_sink final : public data_sink_impl {
    connection_ptr _c;

public:
    explicit pipe_sink(connection_ptr c) noexcept : _c(std::move(c)) {}
    using data_sink_impl::put;
    future<> put(std::span<temporary_buffer<char>> data) override { return _c->put(data); }
    future<> put(std::vector<temporary_buffer<char>> data) override { return _c->put(data); }
    future<> put(temporary_buffer<char> data) override { return _c->put(std::span(&data, 1)); }
    future<> close() override {
        auto c = std::exchange(_c, {});
        return c->close_output(); // waits for what is being written; then nobody holds the descriptor any more
    }
};

}

input_stream<char> make_pipe_input_stream(file_desc end) {
    return input_stream<char>(data_source(std::make_unique<pipe_source>(take_over(end))));
}

output_stream<char> make_pipe_output_stream(file_desc end, size_t buffer_size) {
    return output_stream<char>(data_sink(std::make_unique<pipe_sink>(take_over(end))), buffer_size);
}

}
