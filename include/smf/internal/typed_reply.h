/// What generated services do with the reply of a typed handler: pack it, and hand on its envelope.
#pragma once

#include <smf/rpc_typed_envelope.h>

#include <seastar/core/future.hh>

#include <utility>

namespace smf::internal {

template <typename T>
rpc_envelope pack_reply(rpc_typed_envelope<T>& reply, uint16_t session) {
    reply.envelope.letter.header.mutate_session(session);
    return reply.serialize_data();
}

/// The same as a future. Fails when `f` does, or when there is no memory to pack it.
template <typename T>
seastar::future<rpc_envelope> typed_reply(seastar::future<rpc_typed_envelope<T>> f, uint16_t session) noexcept {
    // Most handlers are done when they return: their reply is packed where it lies, as this is no chain of
    // continuations whose depth then() would have to bound.
    if (f.available() && !f.failed()) [[likely]] {
        return seastar::futurize<rpc_envelope>::invoke(
            [&] { return pack_reply(seastar::internal::make_future_access::value_of(f), session); });
    }
    return std::move(f).then([session](rpc_typed_envelope<T>&& reply) { return pack_reply(reply, session); });
}

}
