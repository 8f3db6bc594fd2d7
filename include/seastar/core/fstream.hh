/// Streams over files and pipes. Stay on the shard of the file.
#pragma once

#include <seastar/core/file.hh>
#include <seastar/core/iostream.hh>
#include <seastar/core/posix.hh>
#include <seastar/core/shared_ptr.hh>

#include <cstdint>
#include <limits>

namespace seastar {

/// Accepted, without effect: read-ahead does not change by itself here.
class file_input_stream_history {};

struct file_input_stream_options {
    size_t buffer_size = 8192; ///< bytes of one read, rounded up to the file's alignment
    unsigned read_ahead = 0;   ///< reads that are made before they are asked for
    lw_shared_ptr<file_input_stream_history> dynamic_adjustments = {};

    file_input_stream_options() noexcept {} // not an aggregate: g++ 12 destroys those twice in co_await expressions
};

struct file_output_stream_options {
    unsigned buffer_size = 8192;         ///< bytes collected for one write, rounded up to the file's alignment
    unsigned preallocation_size = 0;     ///< disk space is taken in steps of so many bytes; 0: by need
    unsigned write_behind = 1;           ///< writes in progress at once

    file_output_stream_options() noexcept {}
};

/// Reads a file from offset on, `len` bytes at most. close() the stream, which waits for reads ahead and leaves the
/// file open, before it goes.
data_source make_file_data_source(file f, uint64_t offset, uint64_t len, file_input_stream_options options);
data_source make_file_data_source(file f, file_input_stream_options options);
input_stream<char> make_file_input_stream(file f, uint64_t offset, uint64_t len,
                                          file_input_stream_options options = {});
input_stream<char> make_file_input_stream(file f, uint64_t offset, file_input_stream_options options = {});
input_stream<char> make_file_input_stream(file f, file_input_stream_options options = {});

/// Writes a file from its beginning on; it ends where the stream does. Takes the file over: close() writes what is
/// left, sets the size, flushes, and closes the file. Where the file cannot be used, it is closed, and the future
/// fails. A write that fails is told by the next operation on the stream.
future<data_sink> make_file_data_sink(file f, file_output_stream_options options) noexcept;
future<output_stream<char>> make_file_output_stream(file f, file_output_stream_options options = {}) noexcept;
future<output_stream<char>> make_file_output_stream(file f, uint64_t buffer_size) noexcept;

/// What comes out of a pipe, a terminal, or whatever else is read without being a socket, until it is closed at the
/// other end. Reads ahead. The descriptor is taken over, and closed when the stream has gone. Stays on its shard.
input_stream<char> make_pipe_input_stream(file_desc end);

/// What goes into one, `buffer_size` bytes at a time. Writing fails with EPIPE when nobody can read it any more.
/// close() closes the descriptor, by which the other end sees that nothing follows.
output_stream<char> make_pipe_output_stream(file_desc end, size_t buffer_size = 8192);

}
