/// A letter that was received: a request on the server, a reply on the client.
#pragma once

#include <smf/rpc_header.h>

#include <seastar/core/shared_ptr.hh>
#include <seastar/core/temporary_buffer.hh>
#include <seastar/net/socket_defs.hh>

#include <iosfwd>
#include <utility>

namespace smf {

/// The other end of a connection; shared by all contexts of the connection, and valid after it is gone.
class rpc_peer_address {
    seastar::lw_shared_ptr<const seastar::socket_address> _address;

public:
    rpc_peer_address() noexcept = default;
    explicit rpc_peer_address(const seastar::socket_address& a);
    const seastar::socket_address& get() const noexcept;
    operator const seastar::socket_address&() const noexcept { return get(); }
};
std::ostream& operator<<(std::ostream&, const rpc_peer_address&);

/// Move-only; lives on the shard of its connection. The payload is 8-byte aligned; holding it holds memory that is
/// counted against the limits of the connection and the shard.
struct rpc_recv_context {
    rpc_recv_context() noexcept = default;
    rpc_recv_context(rpc_peer_address peer, const rpc::header& h, seastar::temporary_buffer<char> body) noexcept
        : remote_address(std::move(peer)), header(h), payload(std::move(body)) {}
    rpc_recv_context(rpc_recv_context&&) noexcept = default;
    rpc_recv_context& operator=(rpc_recv_context&&) noexcept = default;

    /// Of a request: service id ^ method id.
    uint32_t request_id() const noexcept { return header.meta(); }
    /// Of a reply.
    uint32_t status() const noexcept { return header.meta(); }
    uint16_t session() const noexcept { return header.session(); }

    rpc_peer_address remote_address;
    rpc::header header;
    seastar::temporary_buffer<char> payload;
    /// Set by the library once the payload was seen to be a buffer of the table that it is read as. Whoever replaces
    /// the payload (a filter) clears it.
    bool verified = false;
};
std::ostream& operator<<(std::ostream&, const rpc_recv_context&);

/// Whether the payload is byte for byte the empty table that error replies carry: a valid buffer of any table that is
/// read with care for absent fields.
bool is_empty_table(const seastar::temporary_buffer<char>& body) noexcept;

}
