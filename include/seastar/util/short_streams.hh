/// Whole streams in memory, for those that are known to be short: nothing here limits their size.
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/core/sstring.hh>

#include <vector>

namespace seastar::util {

/// All that is left of the stream, in the pieces that it came in. The stream outlives the future and is not closed.
future<std::vector<temporary_buffer<char>>> read_entire_stream(input_stream<char>& in);
/// The same in one piece.
future<sstring> read_entire_stream_contiguous(input_stream<char>& in);
/// Reads up to the end, and drops it.
future<> skip_entire_stream(input_stream<char>& in);

}
