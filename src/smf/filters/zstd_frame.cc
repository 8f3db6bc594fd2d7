#include "zstd_frame.hh"

#include <cstddef>

namespace smf {

std::optional<zstd_frame_header> parse_zstd_frame_header(std::string_view bytes) noexcept {
    constexpr uint32_t magic = 0xFD2FB528;
    auto take = [&bytes](size_t n) { // little-endian
        uint64_t value = 0;
        for (size_t i = 0; i < n; ++i) {
            value |= uint64_t(static_cast<uint8_t>(bytes[i])) << (8 * i);
        }
        bytes.remove_prefix(n);
        return value;
    };
    if (bytes.size() < 5 || take(4) != magic) {
        return {};
    }
    auto descriptor = static_cast<unsigned>(take(1));
    constexpr size_t content_sizes[] = {0, 2, 4, 8};
    constexpr size_t dictionary_sizes[] = {0, 1, 2, 4};
    bool single_segment = descriptor & 0x20;
    bool reserved = descriptor & 0x08;
    auto content_bytes = content_sizes[descriptor >> 6];
    if (content_bytes == 0 && single_segment) {
        content_bytes = 1;
    }
    auto dictionary_bytes = dictionary_sizes[descriptor & 3];
    size_t window_bytes = single_segment ? 0 : 1;
    if (reserved || bytes.size() < window_bytes + dictionary_bytes + content_bytes) {
        return {};
    }

    zstd_frame_header h;
    if (!single_segment) {
        auto window = take(1);
        auto base = uint64_t(1) << (10 + (window >> 3));
        h.window_size = base + base / 8 * (window & 7);
    }
    h.dictionary_id = static_cast<uint32_t>(take(dictionary_bytes));
    if (content_bytes != 0) {
        h.content_size = take(content_bytes) + (content_bytes == 2 ? 256 : 0);
    }
    if (single_segment) {
        h.window_size = *h.content_size;
    }
    return h;
}

}
