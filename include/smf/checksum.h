/// The checksum of a body: the low 32 bits of its XXH64 with seed 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace smf {

/// Requires: `data` is readable for `size` bytes; null is allowed when size is 0.
uint32_t rpc_checksum_payload(const char* data, size_t size) noexcept;

}
