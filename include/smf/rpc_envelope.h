/// A letter that is to be sent: a request, or a reply.
#pragma once

#include <smf/checksum.h>
#include <smf/rpc_letter.h>

#include <seastar/core/future.hh>

namespace seastar {
template <typename CharType>
class output_stream;
}

namespace smf {

/// Move-only; lives on one shard.
struct rpc_envelope {
    static constexpr size_t kHeaderSize = rpc_letter::kHeaderSize;

    rpc_envelope() noexcept = default;
    explicit rpc_envelope(rpc_letter&& l) noexcept : letter(std::move(l)) {}
    /// An envelope around a finished body; sets the header's size and checksum.
    explicit rpc_envelope(seastar::temporary_buffer<char> body) noexcept : letter(std::move(body)) { seal(); }
    rpc_envelope(rpc_envelope&&) noexcept = default;
    rpc_envelope& operator=(rpc_envelope&&) noexcept = default;

    /// Writes one frame and flushes. For hand-made peers: rpc_client and rpc_server gather many frames in one write.
    /// Requires: `out` lives until the future resolves.
    static seastar::future<> send(seastar::output_stream<char>* out, rpc_envelope);

    void add_dynamic_header(seastar::sstring key, seastar::sstring value);
    /// service id ^ method id
    void set_request_id(uint32_t id) noexcept { letter.header.mutate_meta(id); }
    void set_request_id(uint32_t service_id, uint32_t method_id) noexcept { set_request_id(service_id ^ method_id); }
    /// Any number; numbers as in HTTP by custom. A reply whose status was never set (0) is sent with 200.
    void set_status(uint32_t status) noexcept { letter.header.mutate_meta(status); }
    /// Makes the header's size and checksum those of the body.
    void seal() noexcept {
        letter.header.mutate_size(static_cast<uint32_t>(letter.body.size()));
        letter.header.mutate_checksum(rpc_checksum_payload(letter.body.get(), letter.body.size()));
    }

    /// Bytes on the wire.
    size_t size() const noexcept { return letter.size(); }
    rpc_envelope share() { return rpc_envelope(letter.share()); }

    rpc_letter letter;
};

std::ostream& operator<<(std::ostream&, const rpc_envelope&);

}
