/// Zstandard: the library's contexts are kept, one for each direction and shard, since making one costs more than a
/// small body.
#include "codec.hh"
#include "zstd_frame.hh"

#include <seastar/core/do_with.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/semaphore.hh>

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

size_t checked(size_t result) {
    if (ZSTD_isError(result)) {
        throw std::runtime_error(std::string("zstd: ") + ZSTD_getErrorName(result));
    }
    return result;
}

buffer compress(std::string_view plain) {
    auto context = made(compressor, ZSTD_createCCtx);
    buffer out(ZSTD_compressBound(plain.size()));
    auto size = checked(
        ZSTD_compressCCtx(context, out.get_write(), out.size(), plain.data(), plain.size(), level));
    return shrunk(std::move(out), size);
}

/// A large body, one step after the other. Has a context of its own, of some megabytes, as long as it lives.
class stepwise_compression {
    static constexpr size_t step_size = 64 << 10;
    std::unique_ptr<ZSTD_CCtx, free_context> _context;
    buffer _plain;
    buffer _out;
    size_t _taken = 0;
    size_t _size = 0;

public:
    explicit stepwise_compression(buffer plain) : _plain(std::move(plain)), _out(ZSTD_compressBound(_plain.size())) {
        auto context = made(_context, ZSTD_createCCtx);
        checked(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level));
        checked(ZSTD_CCtx_setPledgedSrcSize(context, _plain.size())); // so that the frame says it
    }
    /// True at the end.
    bool step() {
        ZSTD_inBuffer in{_plain.get(), std::min(_taken + step_size, _plain.size()), _taken};
        ZSTD_outBuffer out{_out.get_write(), _out.size(), _size};
        auto last = in.size == _plain.size();
        auto left = checked(ZSTD_compressStream2(_context.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue));
        if (in.pos == _taken && out.pos == _size && left != 0) {
            throw std::runtime_error("zstd: the compressed body is larger than it can be");
        }
        _taken = in.pos;
        _size = out.pos;
        return last && left == 0;
    }
    buffer result() { return shrunk(std::move(_out), _size); }
};

// One large body at a time, so that their contexts do not add up.
thread_local seastar::semaphore large_bodies(1);

seastar::future<buffer> compress_large(buffer plain) {
    return seastar::with_semaphore(large_bodies, 1, [plain = std::move(plain)]() mutable {
        return seastar::do_with(stepwise_compression(std::move(plain)), [](stepwise_compression& c) {
            return seastar::repeat([&c] {
                return seastar::stop_iteration(c.step());
            }).then([&c] { return c.result(); });
        });
    });
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

const codec zstd_codec = {rpc::compression_flags::compression_flags_zstd, compress, compress_large, expand};

}
