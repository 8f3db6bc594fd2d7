/// A header and its body: what travels, in memory.
#pragma once

#include <smf/rpc_header.h>

#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>

#include <utility>
#include <vector>

namespace smf {

/// Move-only; lives on one shard.
struct rpc_letter {
    static constexpr size_t kHeaderSize = sizeof(rpc::header);

    rpc_letter() noexcept = default;
    rpc_letter(rpc_letter&&) noexcept = default;
    rpc_letter& operator=(rpc_letter&&) noexcept = default;

    /// Bytes on the wire.
    size_t size() const noexcept { return kHeaderSize + body.size(); }
    bool empty() const noexcept { return body.size() == 0; }
    /// A second letter of the same bytes.
    rpc_letter share();

    rpc::header header;
    /// Compat: kept by the letter and never sent; a peer refuses a frame with headers in its payload.
    std::vector<std::pair<seastar::sstring, seastar::sstring>> dynamic_headers;
    seastar::temporary_buffer<char> body;
};

std::ostream& operator<<(std::ostream&, const rpc_letter&);

}
