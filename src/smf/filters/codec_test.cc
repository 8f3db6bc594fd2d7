#include "codec.hh"
#include "zstd_frame.hh"

#include "smf/wire/hex.hh"

#include <smf/checksum.h>
#include <smf/lz4_filter.h>
#include <smf/rpc_error.h>
#include <smf/zstd_filter.h>

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>
#include <zstd.h>

namespace smf {
namespace {

constexpr uint64_t no_limit = uint64_t(1) << 40;

std::string_view view(const buffer& b) {
    return {b.get(), b.size()};
}
std::string compressed(const codec& by, std::string_view plain) {
    return std::string(view(by.compress(plain)));
}
/// What it was, or why not.
std::string expanded(const codec& by, std::string_view bytes, uint64_t size_max = no_limit) {
    auto e = by.expand(bytes, size_max);
    return e.refused ? e.refused : std::string(view(e.body));
}
bool refused(const codec& by, std::string_view bytes, uint64_t size_max = no_limit) {
    return by.expand(bytes, size_max).refused != nullptr;
}

struct Codecs : ::testing::TestWithParam<const codec*> {
    const codec& by = *GetParam();
};
INSTANTIATE_TEST_SUITE_P(, Codecs, ::testing::Values(&zstd_codec, &lz4_codec),
                         [](auto& p) { return std::string(rpc::to_string(p.param->kind)); });

TEST_P(Codecs, GiveBackWhatTheyWereGiven) {
    std::mt19937 random(1);
    for (size_t n : {1u, 2u, 100u, 1000u, 70000u, 1000000u}) {
        std::string text(n, 'x'), noise(n, '\0');
        for (size_t i = 0; i < n; i += 100) {
            text[i] = static_cast<char>('a' + i % 23);
        }
        for (auto& c : noise) {
            c = static_cast<char>(random());
        }
        for (auto& plain : {text, noise}) {
            auto small = compressed(by, plain);
            EXPECT_EQ(expanded(by, small, n), plain);
            EXPECT_TRUE(refused(by, small, n - 1));
            EXPECT_TRUE(refused(by, small + "x"));
        }
        if (n >= 1000) {
            EXPECT_LT(compressed(by, text).size(), n / 10);
        }
    }
}

TEST_P(Codecs, KeepBytesThatAreEightByteAligned) {
    for (size_t n : {1u, 8u, 1000u, 100000u}) {
        auto e = by.expand(compressed(by, std::string(n, 'x')), no_limit);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(e.body.get()) % 8, 0u);
    }
}

TEST_P(Codecs, RefuseEveryTruncation) {
    auto bytes = compressed(by, golden::put_body() + std::string(300, 'x') + golden::get_body());
    for (size_t n = 0; n < bytes.size(); ++n) {
        EXPECT_TRUE(refused(by, bytes.substr(0, n))) << n;
    }
}

TEST_P(Codecs, StayInBoundsWhateverBitIsFlipped) {
    auto plain = golden::put_body() + std::string(300, 'x') + golden::get_body();
    auto bytes = compressed(by, plain);
    for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        auto damaged = bytes;
        damaged[bit / 8] ^= static_cast<char>(1 << bit % 8);
        auto e = by.expand(damaged, 1 << 20);
        EXPECT_TRUE(e.refused || e.body.size() <= 1 << 20);
    }
}

TEST(Zstd, SendsTheKnownBytes) {
    EXPECT_EQ(to_hex(compressed(zstd_codec, golden::put_body())), "28b52ffd2030810100" + to_hex(golden::put_body()));
}

TEST(Lz4, SendsTheKnownBytes) {
    EXPECT_EQ(to_hex(compressed(lz4_codec, golden::put_body())),
              "30000000f3120c00000008000c00040008000800000014000000040000000500000076616c2e300c00806b65792e30000000");
}

TEST(Zstd, ReadsTheSizesInAFramesHeader) {
    auto header = [](std::string_view hex) { return parse_zstd_frame_header(from_hex(hex)); };
    auto one = header("28b52ffd2030"); // a single segment
    ASSERT_TRUE(one);
    EXPECT_EQ(one->content_size, 48u);
    EXPECT_EQ(one->window_size, 48u);
    EXPECT_EQ(header("28b52ffd60e802")->content_size, 1000u);
    EXPECT_EQ(header("28b52ffda000000040")->content_size, 1u << 30);
    EXPECT_EQ(header("28b52ffde00000000000000040")->content_size, uint64_t(1) << 62);
    auto windowed = header("28b52ffd8089" "00100000");
    ASSERT_TRUE(windowed);
    EXPECT_EQ(windowed->content_size, 4096u);
    EXPECT_EQ(windowed->window_size, (uint64_t(1) << 27) + (uint64_t(1) << 24));
    EXPECT_EQ(header("28b52ffd0089")->content_size, std::nullopt);
    EXPECT_EQ(header("28b52ffd2207013412")->dictionary_id, 0x0107u);
    EXPECT_EQ(header("28b52ffd2100" "30")->dictionary_id, 0u);

    EXPECT_FALSE(header("502a4d180400000000000000")); // a skippable frame
    EXPECT_FALSE(header("28b52ffd2830"));              // a reserved bit
    EXPECT_FALSE(header("28b52ffd"));
    EXPECT_FALSE(header("28b52ffd60e8"));
    EXPECT_FALSE(header(""));
}

/// A frame that a peer with other settings would make.
std::string frame(std::string_view plain, std::initializer_list<std::pair<ZSTD_cParameter, int>> settings,
                  bool in_pieces = false) {
    auto context = ZSTD_createCCtx();
    for (auto [name, value] : settings) {
        EXPECT_FALSE(ZSTD_isError(ZSTD_CCtx_setParameter(context, name, value)));
    }
    std::string out(ZSTD_compressBound(plain.size()), '\0');
    ZSTD_inBuffer in{plain.data(), plain.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    if (in_pieces) { // so that the size is not known at the start
        in.size = plain.size() / 2;
        EXPECT_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &to, &in, ZSTD_e_flush)));
        in.size = plain.size();
    }
    EXPECT_EQ(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end), 0u);
    ZSTD_freeCCtx(context);
    out.resize(to.pos);
    return out;
}

TEST(Zstd, TakesFramesOfOtherLevelsAndWithAChecksum) {
    std::string plain(5000, 'x');
    EXPECT_EQ(expanded(zstd_codec, frame(plain, {{ZSTD_c_compressionLevel, 19}})), plain);
    auto checked = frame(plain, {{ZSTD_c_checksumFlag, 1}});
    EXPECT_EQ(expanded(zstd_codec, checked), plain);
    checked.back() ^= 1;
    EXPECT_TRUE(refused(zstd_codec, checked));
}

TEST(Zstd, RefusesFramesThatAreNotOneOrHideTheirSize) {
    std::string plain(5000, 'x');
    auto one = compressed(zstd_codec, plain);
    auto skippable = from_hex("502a4d180400000000000000");
    auto empty = frame("", {});
    EXPECT_TRUE(refused(zstd_codec, one + one));
    EXPECT_TRUE(refused(zstd_codec, one + empty));
    EXPECT_TRUE(refused(zstd_codec, empty));
    EXPECT_TRUE(refused(zstd_codec, skippable + one));
    EXPECT_TRUE(refused(zstd_codec, one + skippable));
    EXPECT_EQ(expanded(zstd_codec, frame(plain, {}, true)), "zstd: a frame that does not say its size");
    EXPECT_EQ(expanded(zstd_codec, frame(plain, {{ZSTD_c_contentSizeFlag, 0}})),
              "zstd: a frame that does not say its size");
}

TEST(Zstd, RefusesWindowsAboveTheLimitAndDictionaries) {
    auto windowed = [](char window) { // 4 KiB of one byte, in a frame that is no single segment
        return from_hex("28b52ffd80") + window + from_hex("00100000" "038000" "78");
    };
    EXPECT_EQ(expanded(zstd_codec, windowed(0x68)), std::string(4096, 'x')); // 8 MiB
    EXPECT_EQ(expanded(zstd_codec, windowed(0x69)), "zstd: too large when expanded");
    EXPECT_EQ(expanded(zstd_codec, windowed('\x88')), "zstd: too large when expanded"); // 128 MiB
    auto with_dictionary = from_hex("28b52ffd2107" "30") + std::string(52, 'x');
    EXPECT_EQ(expanded(zstd_codec, with_dictionary), "zstd: a frame that needs a dictionary");
}

TEST(Zstd, RefusesASizeThatIsNotTheFrames) {
    auto frame_of = [](const char* claimed) { // 300 bytes of one kind
        return from_hex("28b52ffda0") + from_hex(claimed) + from_hex("630900" "78");
    };
    EXPECT_EQ(expanded(zstd_codec, frame_of("2c010000")), std::string(300, 'x'));
    EXPECT_TRUE(refused(zstd_codec, frame_of("0a000000")));
    EXPECT_TRUE(refused(zstd_codec, frame_of("2d010000")));
    EXPECT_TRUE(refused(zstd_codec, frame_of("00000000")));
    EXPECT_TRUE(refused(zstd_codec, frame_of("f0ffffff"), 4 << 20));
}

TEST(Lz4, RefusesASizeThatIsNotTheBlocks) {
    auto good = compressed(lz4_codec, golden::put_body());
    auto claiming = [&](uint32_t n) {
        auto other = good;
        std::memcpy(other.data(), &n, sizeof(n));
        return other;
    };
    EXPECT_EQ(expanded(lz4_codec, claiming(48)), golden::put_body());
    for (uint32_t n : {0u, 1u, 47u, 49u, 1000u, 0x7fffffffu, 0xffffffffu}) {
        EXPECT_TRUE(refused(lz4_codec, claiming(n), 4 << 20)) << n;
    }
    EXPECT_TRUE(refused(lz4_codec, from_hex("64000000" "1f78ffff00"))); // reaches before its start
}

TEST(ExpansionLimit, IsAMegabyteOrAHundredfoldWithinTheBodyCap) {
    EXPECT_EQ(expanded_size_max(1, 4 << 20), 1u << 20);
    EXPECT_EQ(expanded_size_max(20000, 4 << 20), 2000000u);
    EXPECT_EQ(expanded_size_max(1 << 20, 4 << 20), 4u << 20);
    EXPECT_EQ(expanded_size_max(1, 1000), 1000u);
}

// The filters around them.

rpc_envelope envelope_of(std::string_view body) {
    return rpc_envelope(buffer(body.data(), body.size()));
}
/// As it arrives when it left as `e`.
rpc_recv_context received(rpc_envelope e) {
    return rpc_recv_context({}, e.letter.header, std::move(e.letter.body));
}

template <typename Compress, typename Expand>
void there_and_back(const codec& by) {
    Compress above(48);
    auto small = above(envelope_of(golden::put_body())).get(); // of 48 bytes: not more
    EXPECT_EQ(small.letter.header.compression(), rpc::compression_flags::compression_flags_none);
    EXPECT_EQ(view(small.letter.body), golden::put_body());

    auto plain = golden::put_body() + '\0';
    auto e = above(envelope_of(plain)).get();
    auto& h = e.letter.header;
    EXPECT_EQ(h.compression(), by.kind);
    EXPECT_EQ(h.size(), e.letter.body.size());
    EXPECT_EQ(h.checksum(), rpc_checksum_payload(e.letter.body.get(), e.letter.body.size()));
    auto once = std::string(view(e.letter.body));
    e = above(std::move(e)).get(); // not compressed twice
    EXPECT_EQ(view(e.letter.body), once);

    auto arrived = received(std::move(e));
    arrived.verified = true;
    auto c = Expand()(std::move(arrived)).get();
    EXPECT_EQ(view(c.payload), plain);
    EXPECT_FALSE(c.verified);
    EXPECT_EQ(c.header, envelope_of(plain).letter.header);
    c = Expand()(std::move(c)).get(); // plain ones pass
    EXPECT_EQ(view(c.payload), plain);

    auto not_wanted = envelope_of(plain);
    not_wanted.letter.header.mutate_compression(rpc::compression_flags::compression_flags_disabled);
    EXPECT_EQ(view(above(std::move(not_wanted)).get().letter.body), plain);
    EXPECT_EQ(Compress(0)(rpc_envelope()).get().letter.body.size(), 0u);
}

TEST(CompressionFilters, GoThereAndBack) {
    there_and_back<zstd_compression_filter, zstd_decompression_filter>(zstd_codec);
    there_and_back<lz4_compression_filter, lz4_decompression_filter>(lz4_codec);
}

TEST(CompressionFilters, LeaveEachOthersBodiesAlone) {
    auto plain = std::string(1000, 'x');
    auto c = lz4_decompression_filter()(received(zstd_compression_filter(10)(envelope_of(plain)).get())).get();
    EXPECT_EQ(c.header.compression(), rpc::compression_flags::compression_flags_zstd);
    EXPECT_EQ(view(zstd_decompression_filter()(std::move(c)).get().payload), plain);
}

TEST(CompressionFilters, RefuseWithAStatusWhatIsTooLarge) {
    auto arrived = [](size_t n) {
        return received(lz4_compression_filter(10)(envelope_of(std::string(n, 'x'))).get());
    };
    EXPECT_EQ(lz4_decompression_filter(1000)(arrived(1000)).get().payload.size(), 1000u);
    auto f = lz4_decompression_filter(999)(arrived(1000));
    ASSERT_TRUE(f.failed());
    try {
        f.get();
    } catch (const rpc_error& e) {
        EXPECT_EQ(e.status(), 400u);
        EXPECT_STREQ(e.what(), "lz4: too large when expanded");
    }
}

}
}
