/// Text forms of the header; its layout is in rpc_header.h.
#include <smf/rpc_header.h>

#include <bitset>
#include <ostream>

namespace smf::rpc {

const char* to_string(compression_flags c) noexcept {
    switch (c) {
    case compression_flags::compression_flags_none:
        return "none";
    case compression_flags::compression_flags_disabled:
        return "disabled";
    case compression_flags::compression_flags_zstd:
        return "zstd";
    case compression_flags::compression_flags_lz4:
        return "lz4";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& o, const header& h) {
    return o << "rpc::header={compression:" << to_string(h.compression())
             << ", header_bit_flags:" << std::bitset<8>(static_cast<uint8_t>(h.bitflags()))
             << ", session:" << h.session() << ", size:" << h.size() << ", checksum:" << h.checksum()
             << ", meta:" << h.meta() << "}";
}

}
