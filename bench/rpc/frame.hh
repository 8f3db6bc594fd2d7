/// The RPC frame as the benchmarks need it: 16 bytes of header in little-endian order, then a FlatBuffer body; and
/// the one-string table of echo.fbs, written and read by hand so that bare servers and the load client need no
/// library.
///
/// Used by the bare servers (headers only) and by load.cc (whole frames). x86-64 and arm64: memory order is wire
/// order.
#pragma once

#include "../common/epoll_server.hh"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace bench {

struct frame_header {
    int8_t compression = 0;
    uint8_t bitflags = 0;
    uint16_t session = 0;  ///< chosen by the client, copied into the reply
    uint32_t size = 0;     ///< bytes of the body
    uint32_t checksum = 0; ///< low half of the body's XXH64
    uint32_t meta = 0;     ///< request: service id ^ method id; reply: status
};
static_assert(sizeof(frame_header) == 16);

inline constexpr uint32_t status_ok = 200;
/// Header and body together; a server's buffer of this size always holds a whole frame.
inline constexpr size_t frame_bytes_max = connection_bytes;

inline frame_header read_header(const char* data) {
    frame_header header;
    std::memcpy(&header, data, sizeof(header));
    return header;
}

/// Bytes of the frame that starts at data, or 0 while its header has not arrived, or `malformed`.
inline size_t frame_bytes(const char* data, size_t available) {
    if (available < sizeof(frame_header)) {
        return 0;
    }
    const size_t body_bytes = read_header(data).size;
    return body_bytes == 0 || body_bytes > frame_bytes_max - sizeof(frame_header)
               ? malformed
               : sizeof(frame_header) + body_bytes;
}

/// Turns every whole frame in [data, data + bytes) into its own reply, in place: the status is all that changes.
/// Returns the bytes of those frames, or `malformed`. Requires: data is at the start of a frame.
inline size_t answer_frames(char* data, size_t bytes) {
    size_t done = 0;
    for (;;) {
        const size_t frame = frame_bytes(data + done, bytes - done);
        if (frame == malformed) {
            return malformed;
        }
        if (frame == 0 || frame > bytes - done) {
            return done;
        }
        std::memcpy(data + done + offsetof(frame_header, meta), &status_ok, sizeof(status_ok));
        done += frame;
    }
}

/// The body that a FlatBuffers builder makes of the table { text: string; }: 92 bytes for a text of 64.
inline std::string text_body(std::string_view text) {
    // root offset 12 | padding | vtable of 6 bytes: table size 8, field offset 4 | table: vtable distance 6, string
    // distance 4
    static constexpr unsigned char table[] = {12, 0, 0, 0, 0, 0, 6, 0, 8, 0, 4, 0, 6, 0, 0, 0, 4, 0, 0, 0};
    std::string body(reinterpret_cast<const char*>(table), sizeof(table));
    const uint32_t length = static_cast<uint32_t>(text.size());
    body.append(reinterpret_cast<const char*>(&length), sizeof(length));
    body.append(text);
    body.append(4 - text.size() % 4, '\0'); // ends in at least one zero
    return body;
}

namespace internal {

template <typename T>
inline bool read_at(std::string_view body, size_t at, T& value) {
    if (at > body.size() || body.size() - at < sizeof(T)) {
        return false;
    }
    std::memcpy(&value, body.data() + at, sizeof(T));
    return true;
}

}

/// Reads such a table, whichever way it is laid out; false when an offset leaves the body or the field is absent.
inline bool read_text(std::string_view body, std::string_view& text) {
    uint32_t table = 0;
    int32_t to_vtable = 0;
    uint16_t vtable_bytes = 0;
    uint16_t field = 0;
    uint32_t to_string = 0;
    uint32_t length = 0;
    if (!internal::read_at(body, 0, table) || !internal::read_at(body, table, to_vtable)) {
        return false;
    }
    const size_t vtable = static_cast<size_t>(int64_t(table) - to_vtable);
    if (!internal::read_at(body, vtable, vtable_bytes) || vtable_bytes < 6 ||
        !internal::read_at(body, vtable + 4, field) || field == 0 ||
        !internal::read_at(body, table + size_t(field), to_string)) {
        return false;
    }
    const size_t string = table + size_t(field) + to_string;
    if (!internal::read_at(body, string, length) || length > body.size() - string - sizeof(length)) {
        return false;
    }
    text = body.substr(string + sizeof(length), length);
    return true;
}

/// CRC-32 as in zlib, one bit at a time: run a few times at start.
inline uint32_t crc32(std::string_view text) {
    uint32_t crc = ~uint32_t(0);
    for (unsigned char byte : text) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
    }
    return ~crc;
}

/// What the header of a request to service Echo (echo.fbs) carries.
inline uint32_t request_id(std::string_view method) {
    return crc32("Echo") ^ crc32(std::string(method) + ":bench::Text:bench::Text");
}

}
