/// Streams over pipes. Streams over files come with files.
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/core/posix.hh>

namespace seastar {

/// What comes out of a pipe, a terminal, or whatever else is read without being a socket, until it is closed at the
/// other end. Reads ahead. The descriptor is taken over, and closed when the stream has gone. Stays on its shard.
input_stream<char> make_pipe_input_stream(file_desc end);

/// What goes into one, `buffer_size` bytes at a time. Writing fails with EPIPE when nobody can read it any more.
/// close() closes the descriptor, by which the other end sees that nothing follows.
output_stream<char> make_pipe_output_stream(file_desc end, size_t buffer_size = 8192);

}
