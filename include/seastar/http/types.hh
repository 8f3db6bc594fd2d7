/// Types that requests and replies share.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/iostream.hh>
#include <seastar/util/noncopyable_function.hh>

namespace seastar::http {

/// Writes a body, and closes the stream.
using body_writer_type = noncopyable_function<future<>(output_stream<char>&&)>;

}
