/// Helpers for streams.
#pragma once

#include <seastar/core/iostream.hh>

#include <string_view>

namespace seastar::util {

/// Writes the text and closes the stream, whatever came of that. The text outlives the future.
future<> write_to_stream_and_close(output_stream<char>&& out, std::string_view text);

}
