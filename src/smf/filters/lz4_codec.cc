/// LZ4: the plain size in four bytes, then one raw block. A block cannot be made in steps: a body of 4 MiB keeps the
/// shard for some 20 ms; programs that send such bodies do better with zstd.
#include "codec.hh"

#include <cstring>
#include <lz4.h>
#include <stdexcept>

namespace smf {

namespace {

constexpr size_t prefix_size = sizeof(uint32_t);

buffer compress(std::string_view plain) {
    if (plain.size() > LZ4_MAX_INPUT_SIZE) {
        throw std::runtime_error("lz4: a body that is too large to compress");
    }
    auto plain_size = static_cast<int>(plain.size());
    auto bound = LZ4_compressBound(plain_size);
    buffer out(prefix_size + static_cast<size_t>(bound));
    auto prefix = static_cast<uint32_t>(plain.size()); // little-endian, as the header
    std::memcpy(out.get_write(), &prefix, prefix_size);
    auto size = LZ4_compress_default(plain.data(), out.get_write() + prefix_size, plain_size, bound);
    if (size <= 0) {
        throw std::runtime_error("lz4: cannot compress");
    }
    return shrunk(std::move(out), prefix_size + static_cast<size_t>(size));
}

expansion expand(std::string_view compressed, uint64_t size_max) {
    if (compressed.size() <= prefix_size || compressed.size() - prefix_size > LZ4_MAX_INPUT_SIZE) {
        return expansion("lz4: no block");
    }
    uint32_t plain_size;
    std::memcpy(&plain_size, compressed.data(), prefix_size);
    compressed.remove_prefix(prefix_size);
    if (plain_size > size_max || plain_size > LZ4_MAX_INPUT_SIZE) {
        return expansion("lz4: too large when expanded");
    }
    buffer plain(plain_size);
    auto size = LZ4_decompress_safe(compressed.data(), plain.get_write(), static_cast<int>(compressed.size()),
                                    static_cast<int>(plain_size));
    if (size <= 0 || static_cast<uint32_t>(size) != plain_size) { // less than claimed: the rest would be anybody's
        return expansion("lz4: a damaged block");
    }
    return expansion(std::move(plain));
}

}

const codec lz4_codec = {rpc::compression_flags::compression_flags_lz4, compress, nullptr, expand};

}
