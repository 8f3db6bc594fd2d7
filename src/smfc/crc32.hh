// CRC-32/ISO-HDLC, the checksum of zlib and Ethernet: the numbers of services and methods are made of it.
#pragma once

#include <cstdint>
#include <string_view>

namespace smfc {

constexpr uint32_t crc32(std::string_view text) noexcept {
    uint32_t crc = ~0u;
    for (unsigned char c : text) {
        crc ^= c;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
        }
    }
    return ~crc;
}

}
