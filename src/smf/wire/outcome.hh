/// What is wrong with a frame, in the order in which it is looked for, and what its sender gets for it.
///
/// Two pure functions do all the checks that need no service: one for the header, before any byte of the body is read
/// or paid for, and one for the body. frame_reader.hh cuts the stream into frames.
#pragma once

#include <smf/rpc_header.h>

#include <cstdint>

namespace smf {

enum class frame_outcome : uint8_t {
    good,
    // What the header says, in this order.
    bad_compression,    ///< outside 0..3: what follows cannot be trusted; closed at once
    too_large,          ///< 413, then closed: the body is not read
    empty,              ///< size 0: 400
    no_route,           ///< 404; the body is skipped
    payload_headers,    ///< 400; the body is skipped
    // What the body says, in this order.
    bad_checksum,       ///< 400
    unknown_codec,      ///< compressed, and no filter undid it: 400
    bad_body,           ///< not a buffer of the method's table: 400
};

/// The status of the error reply; 0: none is sent.
constexpr uint32_t status_of(frame_outcome o) noexcept {
    switch (o) {
    case frame_outcome::good:
    case frame_outcome::bad_compression:
        return 0;
    case frame_outcome::too_large:
        return 413;
    case frame_outcome::no_route:
        return 404;
    case frame_outcome::empty:
    case frame_outcome::payload_headers:
    case frame_outcome::bad_checksum:
    case frame_outcome::unknown_codec:
    case frame_outcome::bad_body:
        return 400;
    }
    return 0;
}

/// Whether the stream ends with this frame.
constexpr bool closes(frame_outcome o) noexcept {
    return o == frame_outcome::bad_compression || o == frame_outcome::too_large;
}

/// The checks up to the size; for both sides of a connection.
constexpr frame_outcome check_frame(const rpc::header& h, uint32_t size_max) noexcept {
    auto compression = static_cast<int8_t>(h.compression());
    if (compression < 0 || compression > rpc::compression_flags_max) {
        return frame_outcome::bad_compression;
    }
    if (h.size() > size_max) {
        return frame_outcome::too_large;
    }
    return h.size() == 0 ? frame_outcome::empty : frame_outcome::good;
}

/// All checks of a request's header. `routed`: a method has the number in meta.
constexpr frame_outcome check_request(const rpc::header& h, uint32_t size_max, bool routed) noexcept {
    if (auto o = check_frame(h, size_max); o != frame_outcome::good) {
        return o;
    }
    if (!routed) {
        return frame_outcome::no_route;
    }
    // Bits without a meaning are ignored.
    return (static_cast<uint8_t>(h.bitflags()) & 1) ? frame_outcome::payload_headers : frame_outcome::good;
}

/// Whether somebody has to undo something before the body can be read.
constexpr bool is_compressed(const rpc::header& h) noexcept {
    return static_cast<int8_t>(h.compression()) > 1;
}

}
