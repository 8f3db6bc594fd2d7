/// Zstandard: the library's contexts are kept, one for each direction and shard, since making one costs more than a
/// small body.
#include "codec.hh"
#include "zstd_frame.hh"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <zstd.h>

namespace smf {

namespace {

constexpr int level = 3;
constexpr uint64_t window_max = 8 << 20;

struct free_context {
    void operator()(ZSTD_CCtx* c) const noexcept { ZSTD_freeCCtx(c); }
    void operator()(ZSTD_DCtx* c) const noexcept { ZSTD_freeDCtx(c); }
};
// About 1.3 MB and 160 kB; of a shard that compresses or expands.
thread_local std::unique_ptr<ZSTD_CCtx, free_context> compressor;
thread_local std::unique_ptr<ZSTD_DCtx, free_context> expander;

template <typename Context>
Context* made(std::unique_ptr<Context, free_context>& c, Context* (*make)()) {
    if (!c) {
        c.reset(make());
        if (!c) {
            throw std::bad_alloc();
        }
    }
    return c.get();
}

buffer compress(std::string_view plain) {
    auto context = made(compressor, ZSTD_createCCtx);
    buffer out(ZSTD_compressBound(plain.size()));
    auto size = ZSTD_compressCCtx(context, out.get_write(), out.size(), plain.data(), plain.size(), level);
    if (ZSTD_isError(size)) {
        throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(size));
    }
    return shrunk(std::move(out), size);
}

expansion expand(std::string_view compressed, uint64_t size_max) {
    auto header = parse_zstd_frame_header(compressed);
    if (!header) {
        return expansion("zstd: not a frame");
    }
    if (header->dictionary_id != 0) {
        return expansion("zstd: a frame that needs a dictionary");
    }
    if (!header->content_size || *header->content_size == 0) {
        return expansion("zstd: a frame that does not say its size");
    }
    if (*header->content_size > size_max || header->window_size > std::max(window_max, *header->content_size)) {
        return expansion("zstd: too large when expanded");
    }
    // Walks from block to block, without expanding.
    if (ZSTD_findFrameCompressedSize(compressed.data(), compressed.size()) != compressed.size()) {
        return expansion("zstd: not exactly one frame");
    }
    auto context = made(expander, ZSTD_createDCtx);
    buffer plain(*header->content_size);
    auto size = ZSTD_decompressDCtx(context, plain.get_write(), plain.size(), compressed.data(), compressed.size());
    if (ZSTD_isError(size) || size != plain.size()) {
        return expansion("zstd: a damaged frame");
    }
    return expansion(std::move(plain));
}

}

const codec zstd_codec = {rpc::compression_flags::compression_flags_zstd, compress, expand};

}
