#include <seastar/core/simple-stream.hh>

#include <stdexcept>
#include <string>

namespace seastar::internal {

void throw_stream_overrun(bool writing, size_t wanted, size_t have) {
    throw std::out_of_range((writing ? "serialization buffer overflow: " : "deserialization buffer underflow: ") +
                            std::to_string(wanted) + " bytes wanted, " + std::to_string(have) + " left");
}

}
