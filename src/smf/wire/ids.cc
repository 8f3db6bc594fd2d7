/// CRC-32 by table; names are short and hashed at start-up only.
#include "ids.hh"

#include <array>

namespace smf {

namespace {

constexpr auto table = [] {
    std::array<uint32_t, 256> t{};
    for (uint32_t i = 0; i < 256; ++i) {
        auto c = i;
        for (int bit = 0; bit < 8; ++bit) {
            c = (c & 1) ? (c >> 1) ^ 0xEDB88320 : c >> 1;
        }
        t[i] = c;
    }
    return t;
}();

}

uint32_t crc32(std::string_view text) noexcept {
    auto c = ~uint32_t(0);
    for (unsigned char byte : text) {
        c = table[(c ^ byte) & 0xff] ^ (c >> 8);
    }
    return ~c;
}

}
