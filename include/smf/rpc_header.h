/// The 16 bytes in front of every body on the wire, and the names of what they hold.
///
/// frame = header ++ body; nothing else on the stream: no magic, no version, no trailer. Both directions use the same
/// form. The layout is that of a FlatBuffers struct, so that peers in other languages read it with generated code.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iosfwd>

namespace smf::rpc {

/// What was done to the body before it was sent.
enum class compression_flags : int8_t {
    compression_flags_none = 0,
    compression_flags_disabled = 1, ///< the sender asks filters not to compress; on the wire as good as none
    compression_flags_zstd = 2,
    compression_flags_lz4 = 3,
};
inline constexpr int8_t compression_flags_max = 3;

enum class header_bit_flags : uint8_t {
    header_bit_flags_none = 0,
    header_bit_flags_has_payload_headers = 1, ///< declared, never sent; refused when received
};

/// Plain bytes in the order of the wire, little-endian. Trivially copyable: reading one from a buffer is a memcpy.
class header {
    int8_t _compression = 0;
    uint8_t _bitflags = 0;
    uint16_t _session = 0;
    uint32_t _size = 0;
    uint32_t _checksum = 0;
    uint32_t _meta = 0;

public:
    constexpr header() noexcept = default;
    constexpr header(compression_flags compression, header_bit_flags bitflags, uint16_t session, uint32_t size,
                     uint32_t checksum, uint32_t meta) noexcept
        : _compression(static_cast<int8_t>(compression)), _bitflags(static_cast<uint8_t>(bitflags)), _session(session),
          _size(size), _checksum(checksum), _meta(meta) {}

    /// May hold a value without a name when the header came from a peer.
    constexpr compression_flags compression() const noexcept { return compression_flags{_compression}; }
    constexpr header_bit_flags bitflags() const noexcept { return header_bit_flags{_bitflags}; }
    /// Chosen by the client, copied into the reply by the server.
    constexpr uint16_t session() const noexcept { return _session; }
    /// Bytes of the body as sent; the header is not counted.
    constexpr uint32_t size() const noexcept { return _size; }
    /// Low 32 bits of XXH64 of the body as sent.
    constexpr uint32_t checksum() const noexcept { return _checksum; }
    /// Request: service id ^ method id. Reply: status.
    constexpr uint32_t meta() const noexcept { return _meta; }

    constexpr void mutate_compression(compression_flags v) noexcept { _compression = static_cast<int8_t>(v); }
    constexpr void mutate_bitflags(header_bit_flags v) noexcept { _bitflags = static_cast<uint8_t>(v); }
    constexpr void mutate_session(uint16_t v) noexcept { _session = v; }
    constexpr void mutate_size(uint32_t v) noexcept { _size = v; }
    constexpr void mutate_checksum(uint32_t v) noexcept { _checksum = v; }
    constexpr void mutate_meta(uint32_t v) noexcept { _meta = v; }

    friend constexpr bool operator==(const header&, const header&) noexcept = default;
};

static_assert(sizeof(header) == 16 && alignof(header) == 4);
static_assert(std::endian::native == std::endian::little, "the header is sent as it lies in memory");

const char* to_string(compression_flags) noexcept; ///< "none", "disabled", "zstd", "lz4" or "unknown"

/// rpc::header={compression:none, header_bit_flags:00000000, session:1, size:12, checksum:1, meta:200}
std::ostream& operator<<(std::ostream&, const header&);

}
