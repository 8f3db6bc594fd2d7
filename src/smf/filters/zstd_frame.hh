/// The header of a Zstandard frame (RFC 8878, 3.1.1.1), read before anything is believed or allocated.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace smf {

struct zstd_frame_header {
    std::optional<uint64_t> content_size;
    uint64_t window_size = 0; ///< bytes; of a frame in a single segment its content size
    uint32_t dictionary_id = 0;
};

/// Empty if the bytes do not begin with one: too short, another magic number (a skippable frame's, say), or bits that
/// must not be set.
std::optional<zstd_frame_header> parse_zstd_frame_header(std::string_view bytes) noexcept;

}
