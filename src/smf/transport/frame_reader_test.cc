#include "frame_reader.hh"

#include "smf/wire/hex.hh"

#include <smf/checksum.h>

#include <gtest/gtest.h>

#include <cstring>

namespace smf {
namespace {

std::string frame(uint16_t session, const std::string& body) {
    rpc::header h(rpc::compression_flags{}, rpc::header_bit_flags{}, session, uint32_t(body.size()),
                  rpc_checksum_payload(body.data(), body.size()), 9);
    return std::string(reinterpret_cast<const char*>(&h), sizeof(h)) + body;
}

struct got {
    uint16_t session;
    std::string body;
    bool operator==(const got&) const = default;
};

/// Feeds the stream in pieces and collects the frames; bodies of session 13 are skipped.
std::vector<got> read(const std::vector<std::string>& pieces) {
    std::vector<got> frames;
    frame_reader r;
    for (auto& p : pieces) {
        r.add(seastar::temporary_buffer<char>(p.data(), p.size()));
        for (;;) {
            auto s = r.next();
            if (s == frame_reader::step::need_piece) {
                break;
            }
            if (s == frame_reader::step::header) {
                if (r.header().session() == 13 || r.header().size() == 0) {
                    r.skip_body();
                } else {
                    r.take_body();
                }
            } else {
                auto body = r.body();
                EXPECT_EQ(reinterpret_cast<uintptr_t>(body.get()) % 8, 0u);
                frames.push_back({r.header().session(), std::string(body.get(), body.size())});
            }
        }
    }
    EXPECT_EQ(r.stopped_in(), frame_reader::part::none);
    return frames;
}

const std::vector<got> expected = {{1, "first"}, {13, ""}, {2, std::string(3000, 'x')}, {3, ""}, {4, "last"}};

std::string stream() {
    return frame(1, "first") + frame(13, "to be skipped") + frame(2, std::string(3000, 'x')) + frame(3, "") +
           frame(4, "last");
}

TEST(FrameReader, ReadsAllFramesOfOnePiece) {
    EXPECT_EQ(read({stream()}), expected);
}

TEST(FrameReader, ReadsAStreamThatIsCutAnywhere) {
    auto s = stream();
    for (size_t cut = 1; cut < s.size(); ++cut) {
        ASSERT_EQ(read({s.substr(0, cut), s.substr(cut)}), expected) << cut;
    }
}

TEST(FrameReader, ReadsAStreamOfPiecesOfOneByte) {
    std::vector<std::string> pieces;
    for (auto c : stream()) {
        pieces.emplace_back(1, c);
    }
    EXPECT_EQ(read(pieces), expected);
}

TEST(FrameReader, SharesLargeAlignedBodiesAndCopiesOthers) {
    frame_reader r;
    auto s = frame(1, std::string(2000, 'x')) + frame(2, std::string(44, 'y')) + frame(3, std::string(2000, 'z'));
    seastar::temporary_buffer<char> piece(s.data(), s.size());
    auto begin = piece.get();
    auto end = piece.get() + piece.size();
    r.add(std::move(piece));
    auto next_body = [&r] {
        EXPECT_EQ(r.next(), frame_reader::step::header);
        r.take_body();
        EXPECT_EQ(r.next(), frame_reader::step::frame);
        return r.body();
    };
    auto shared = [&](const seastar::temporary_buffer<char>& b) { return b.get() >= begin && b.get() < end; };
    auto first = next_body();
    EXPECT_TRUE(shared(first));
    auto second = next_body();
    EXPECT_FALSE(shared(second));
    auto third = next_body(); // at 4 modulo 8
    EXPECT_FALSE(shared(third));
    EXPECT_EQ(std::string(third.get(), third.size()), std::string(2000, 'z'));
}

TEST(FrameReader, KnowsWhatItStoppedIn) {
    frame_reader r;
    auto s = frame(1, "body");
    auto feed = [&](size_t from, size_t to) {
        r.add(seastar::temporary_buffer<char>(s.data() + from, to - from));
        return r.next();
    };
    EXPECT_EQ(r.stopped_in(), frame_reader::part::none);
    EXPECT_EQ(feed(0, 1), frame_reader::step::need_piece);
    EXPECT_EQ(r.stopped_in(), frame_reader::part::header);
    EXPECT_EQ(feed(1, 16), frame_reader::step::header);
    EXPECT_EQ(r.stopped_in(), frame_reader::part::none); // waits for its user
    r.take_body();
    EXPECT_EQ(r.next(), frame_reader::step::need_piece);
    EXPECT_EQ(r.stopped_in(), frame_reader::part::body);
    EXPECT_EQ(feed(16, 18), frame_reader::step::need_piece);
    EXPECT_EQ(r.body_received(), 2u);
    EXPECT_EQ(feed(18, 20), frame_reader::step::frame);
    EXPECT_EQ(r.stopped_in(), frame_reader::part::none);
    EXPECT_EQ(r.frames(), 1u);
}

TEST(FrameReader, AllocatesNothingForTheBodyOfASkippedFrame) {
    frame_reader r;
    rpc::header h(rpc::compression_flags{}, rpc::header_bit_flags{}, 1, 0xffffffff, 1, 1);
    r.add(seastar::temporary_buffer<char>(reinterpret_cast<const char*>(&h), sizeof(h)));
    EXPECT_EQ(r.next(), frame_reader::step::header);
    r.skip_body();
    EXPECT_EQ(r.next(), frame_reader::step::need_piece);
    EXPECT_EQ(r.stopped_in(), frame_reader::part::body);
}

}
}
