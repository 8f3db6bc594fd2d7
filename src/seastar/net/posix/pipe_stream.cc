/// Streams over pipes: a connection of which one direction is used.
#include <seastar/core/fstream.hh>

#include "net/posix/connection_streams.hh"

namespace seastar {

namespace {

using net::posix::connection;
using net::posix::connection_ptr;

connection_ptr take_over(file_desc& end) { return connection_ptr(new connection(end.release(), 1, nullptr)); }

/// A pipe has no shutdown(2): its other end sees that nothing follows when the descriptor is closed.
class pipe_sink final : public net::posix::connection_sink {
public:
    using connection_sink::connection_sink;
    bool can_batch_flushes() const noexcept override { return false; } // nobody reads here, who would see the failure
    future<> close() override {
        auto c = std::exchange(_c, {});
        return c->close_output(); // waits for what is being written; then nobody holds the descriptor any more
    }
};

}

input_stream<char> make_pipe_input_stream(file_desc end) {
    return input_stream<char>(data_source(std::make_unique<net::posix::connection_source>(take_over(end))));
}

output_stream<char> make_pipe_output_stream(file_desc end, size_t buffer_size) {
    return output_stream<char>(data_sink(std::make_unique<pipe_sink>(take_over(end))), buffer_size);
}

}
