/// XXH64, compiled into this file so that short bodies pay no call into a library.
#include <smf/checksum.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace smf {

uint32_t rpc_checksum_payload(const char* data, size_t size) noexcept {
    return static_cast<uint32_t>(XXH64(data, size, 0));
}

}
