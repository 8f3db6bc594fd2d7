/// What generated services do with the reply of a typed handler: pack it, and hand on its envelope.
#pragma once

#include <smf/rpc_typed_envelope.h>

#include <seastar/core/future.hh>

#include <utility>

namespace smf::internal {

/// How tables are packed that flat_packer.h does not know.
struct pack_with_builder {
    template <typename T>
    rpc_envelope operator()(rpc_typed_envelope<T>& reply) const {
        return reply.serialize_data();
    }
};

/// Where a generated function makes the body of the object.
template <typename Body>
struct pack_with {
    Body body;
    template <typename T>
    [[gnu::flatten]] rpc_envelope operator()(rpc_typed_envelope<T>& reply) const {
        rpc_envelope packed(rpc_letter(body(*reply.data)));
        packed.letter.header = reply.envelope.letter.header;
        packed.letter.dynamic_headers = std::move(reply.envelope.letter.dynamic_headers);
        packed.seal();
        return packed;
    }
};

template <typename Body>
pack_with(Body) -> pack_with<Body>;

/// The envelope of the reply, as a future. Fails when `f` does, or when there is no memory to pack it.
template <typename T, typename Pack = pack_with_builder>
seastar::future<rpc_envelope> typed_reply(seastar::future<rpc_typed_envelope<T>> f, uint16_t session,
                                          Pack pack = {}) noexcept {
    auto envelope_of = [session, pack](rpc_typed_envelope<T>& reply) {
        reply.envelope.letter.header.mutate_session(session);
        return pack(reply);
    };
    // Most handlers are done when they return: their reply is packed where it lies, as this is no chain of
    // continuations whose depth then() would have to bound.
    if (f.available() && !f.failed()) [[likely]] {
        return seastar::futurize<rpc_envelope>::invoke(envelope_of,
                                                       seastar::internal::make_future_access::value_of(f));
    }
    return std::move(f).then([envelope_of](rpc_typed_envelope<T>&& reply) { return envelope_of(reply); });
}

}
