#include "codec.hh"

#include <smf/checksum.h>
#include <smf/lz4_filter.h>
#include <smf/rpc_error.h>
#include <smf/zstd_filter.h>

namespace smf {

namespace {
rpc_envelope with_body(rpc_envelope&& e, rpc::compression_flags kind, buffer compressed) noexcept {
    e.letter.body = std::move(compressed);
    e.letter.header.mutate_compression(kind);
    e.seal();
    return std::move(e);
}
}

seastar::future<rpc_envelope> compress_body(const codec& by, rpc_envelope&& e, uint32_t size_min) noexcept {
    auto& letter = e.letter;
    if (letter.header.compression() != rpc::compression_flags::compression_flags_none ||
        letter.body.size() <= size_min) {
        return seastar::make_ready_future<rpc_envelope>(std::move(e));
    }
    if (by.compress_large && letter.body.size() > large_body_min) {
        auto plain = std::move(letter.body);
        return seastar::futurize_invoke(by.compress_large, std::move(plain))
            .then([kind = by.kind, e = std::move(e)](buffer compressed) mutable {
                return with_body(std::move(e), kind, std::move(compressed));
            });
    }
    return seastar::futurize_invoke([&] {
        auto compressed = by.compress({letter.body.get(), letter.body.size()});
        return with_body(std::move(e), by.kind, std::move(compressed));
    });
}

seastar::future<rpc_recv_context> expand_body(const codec& by, rpc_recv_context&& c, uint32_t body_size_max) noexcept {
    if (c.header.compression() != by.kind) {
        return seastar::make_ready_future<rpc_recv_context>(std::move(c));
    }
    return seastar::futurize_invoke([&] {
        auto wire = c.payload.size();
        auto plain = by.expand({c.payload.get(), wire}, expanded_size_max(wire, body_size_max));
        if (plain.refused) {
            return seastar::make_exception_future<rpc_recv_context>(rpc_error(400, plain.refused));
        }
        c.payload = std::move(plain.body);
        c.verified = false;
        c.header.mutate_compression(rpc::compression_flags::compression_flags_none);
        c.header.mutate_size(static_cast<uint32_t>(c.payload.size()));
        c.header.mutate_checksum(rpc_checksum_payload(c.payload.get(), c.payload.size()));
        return seastar::make_ready_future<rpc_recv_context>(std::move(c));
    });
}

seastar::future<rpc_envelope> zstd_compression_filter::operator()(rpc_envelope&& e) {
    return compress_body(zstd_codec, std::move(e), min_compression_size);
}
seastar::future<rpc_recv_context> zstd_decompression_filter::operator()(rpc_recv_context&& c) {
    return expand_body(zstd_codec, std::move(c), body_size_max);
}
seastar::future<rpc_envelope> lz4_compression_filter::operator()(rpc_envelope&& e) {
    return compress_body(lz4_codec, std::move(e), min_compression_size);
}
seastar::future<rpc_recv_context> lz4_decompression_filter::operator()(rpc_recv_context&& c) {
    return expand_body(lz4_codec, std::move(c), body_size_max);
}

}
