#include "outcome.hh"

#include <gtest/gtest.h>

namespace smf {
namespace {

constexpr uint32_t size_max = 1000;

rpc::header frame(int compression, int bitflags, uint32_t size) {
    return rpc::header(rpc::compression_flags{static_cast<int8_t>(compression)},
                       rpc::header_bit_flags{static_cast<uint8_t>(bitflags)}, 1, size, 2, 3);
}

TEST(Outcome, OnlyFourValuesOfCompressionAreFrames) {
    for (int c = -128; c < 128; ++c) {
        auto known = c >= 0 && c <= 3;
        EXPECT_EQ(check_frame(frame(c, 0, 10), size_max), known ? frame_outcome::good : frame_outcome::bad_compression);
        EXPECT_EQ(is_compressed(frame(c, 0, 10)), c > 1);
    }
}

TEST(Outcome, LimitsTheSizeOnBothEnds) {
    EXPECT_EQ(check_frame(frame(0, 0, 0), size_max), frame_outcome::empty);
    EXPECT_EQ(check_frame(frame(0, 0, 1), size_max), frame_outcome::good);
    EXPECT_EQ(check_frame(frame(0, 0, size_max), size_max), frame_outcome::good);
    for (uint32_t size : {size_max + 1, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
        EXPECT_EQ(check_frame(frame(0, 0, size), size_max), frame_outcome::too_large);
    }
}

TEST(Outcome, IgnoresBitsWithoutAMeaning) {
    for (int bits = 0; bits < 256; ++bits) {
        EXPECT_EQ(check_request(frame(0, bits, 10), size_max, true),
                  bits & 1 ? frame_outcome::payload_headers : frame_outcome::good);
    }
}

TEST(Outcome, LooksInAFixedOrder) {
    EXPECT_EQ(check_request(frame(4, 1, 0xffffffff), size_max, false), frame_outcome::bad_compression);
    EXPECT_EQ(check_request(frame(0, 1, 0xffffffff), size_max, false), frame_outcome::too_large);
    EXPECT_EQ(check_request(frame(0, 1, 0), size_max, false), frame_outcome::empty);
    EXPECT_EQ(check_request(frame(0, 1, 10), size_max, false), frame_outcome::no_route);
    EXPECT_EQ(check_request(frame(0, 1, 10), size_max, true), frame_outcome::payload_headers);
}

TEST(Outcome, HasAStatusOrClosesOrBoth) {
    EXPECT_EQ(status_of(frame_outcome::bad_compression), 0u);
    EXPECT_TRUE(closes(frame_outcome::bad_compression));
    EXPECT_EQ(status_of(frame_outcome::too_large), 413u);
    EXPECT_TRUE(closes(frame_outcome::too_large));
    EXPECT_EQ(status_of(frame_outcome::no_route), 404u);
    for (auto o : {frame_outcome::empty, frame_outcome::payload_headers, frame_outcome::bad_checksum,
                   frame_outcome::unknown_codec, frame_outcome::bad_body}) {
        EXPECT_EQ(status_of(o), 400u);
        EXPECT_FALSE(closes(o));
    }
}

}
}
