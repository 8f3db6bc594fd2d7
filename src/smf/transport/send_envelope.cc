/// One envelope on an output_stream, for peers that are written by hand.
#include <smf/rpc_envelope.h>

#include <seastar/core/iostream.hh>

#include <cstring>

namespace smf {

seastar::future<> rpc_envelope::send(seastar::output_stream<char>* out, rpc_envelope e) {
    seastar::temporary_buffer<char> header(kHeaderSize);
    std::memcpy(header.get_write(), &e.letter.header, kHeaderSize);
    return out->write(std::move(header)).then([out, body = std::move(e.letter.body)]() mutable {
        return out->write(std::move(body)).then([out] { return out->flush(); });
    });
}

}
