/// The table without fields: the body of every error reply, and of a reply that would have no body at all, because a
/// frame of size 0 is illegal.
#pragma once

#include <cstdint>

namespace smf {

/// A root offset, a vtable without entries and padding, and a table that is its offset to the vtable.
alignas(8) inline constexpr uint8_t empty_table[12] = {8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0};
inline constexpr uint32_t empty_table_checksum = 0xef02580d;

}
