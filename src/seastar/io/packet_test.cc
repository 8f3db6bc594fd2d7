#include <seastar/net/packet.hh>

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace seastar::net {
namespace {

std::string text(const packet& p) {
    std::string s;
    for (auto& f : p.fragments()) {
        s.append(f.base, f.size);
    }
    return s;
}

packet in_three() {
    packet p("abc", 3);
    p.append(packet("de", 2));
    return packet(std::move(p), temporary_buffer<char>::copy_of("fghi"));
}

TEST(Packet, IsMadeOfFragments) {
    auto p = in_three();
    EXPECT_EQ(p.len(), 9u);
    EXPECT_EQ(p.nr_frags(), 3u);
    EXPECT_EQ(text(p), "abcdefghi");
    std::ostringstream os;
    os << p;
    EXPECT_EQ(os.str(), "packet{3, 2, 4}");
}

TEST(Packet, IsEmptyAfterAMove) {
    auto p = in_three();
    auto q = std::move(p);
    EXPECT_EQ(p.len(), 0u); // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_FALSE(p);
    EXPECT_EQ(text(q), "abcdefghi");
}

TEST(Packet, SharesEveryPartOfItself) {
    auto p = in_three();
    const std::string whole = "abcdefghi";
    for (size_t at = 0; at <= whole.size(); ++at) {
        for (size_t n = 0; n <= whole.size() - at; ++n) {
            EXPECT_EQ(text(p.share(at, n)), whole.substr(at, n));
        }
    }
}

TEST(Packet, TrimsFromBothEnds) {
    const std::string whole = "abcdefghi";
    for (size_t n = 0; n <= whole.size(); ++n) {
        auto front = in_three();
        front.trim_front(n);
        EXPECT_EQ(text(front), whole.substr(n));
        EXPECT_EQ(front.len(), whole.size() - n);
        auto back = in_three();
        back.trim_back(n);
        EXPECT_EQ(text(back), whole.substr(0, whole.size() - n));
    }
}

TEST(Packet, GivesAHeaderInOnePlace) {
    auto p = in_three();
    EXPECT_EQ(std::string(p.get_header(1, 2), 2), "bc");
    EXPECT_EQ(p.nr_frags(), 3u) << "it lay in one place already";
    EXPECT_EQ(std::string(p.get_header(2, 4), 4), "cdef");
    EXPECT_EQ(p.get_header(6, 4), nullptr);
    EXPECT_EQ(text(p), "abcdefghi");
}

TEST(Packet, RunsItsDeleterWhenTheLastBufferGoes) {
    int deleted = 0;
    char memory[] = "xyz";
    packet p(std::vector<fragment>{{memory, 1}, {memory + 1, 2}}, make_deleter([&] { ++deleted; }));
    auto shared = p.share(1, 1);
    auto buffers = std::move(p).release();
    ASSERT_EQ(buffers.size(), 2u);
    buffers.pop_back();
    shared = packet();
    EXPECT_EQ(deleted, 0);
    buffers.clear();
    EXPECT_EQ(deleted, 1);
}

TEST(Packet, PutsAFragmentInFront) {
    char head[] = "0";
    packet p(fragment{head, 1}, in_three());
    EXPECT_EQ(text(p), "0abcdefghi");
    auto s = packet::from_static_data("lit", 3);
    EXPECT_EQ(text(s), "lit");
}

TEST(Packet, TakesHeadersInFront) {
    struct header {
        uint16_t a;
        uint8_t b;
    };
    auto p = in_three();
    p.set_rss_hash(7);
    auto shared = p.share();
    auto* h = p.prepend_header<header>(2);
    EXPECT_EQ(h->a, 0);
    h->b = 9;
    EXPECT_EQ(p.len(), 9 + sizeof(header) + 2);
    EXPECT_EQ(p.get_header<header>()->b, 9);
    EXPECT_EQ(p.rss_hash(), 7u);
    p.trim_front(sizeof(header) + 2);
    EXPECT_EQ(text(p), "abcdefghi");
    EXPECT_EQ(text(shared), "abcdefghi");
    auto empty = packet::make_null_packet();
    *empty.prepend_uninitialized_header(1) = 'x';
    EXPECT_EQ(text(empty), "x");
}

TEST(Packet, KeepsWhatADeviceSaidWhenItIsSharedAndPutTogether) {
    auto p = in_three();
    p.offload_info_ref().tso_seg_size = 100;
    p.set_rss_hash(5);
    p.linearize();
    auto q = p.share(1, 2);
    EXPECT_EQ(p.nr_frags(), 1u);
    EXPECT_EQ(text(p), "abcdefghi");
    EXPECT_EQ(q.get_offload_info().tso_seg_size, 100);
    EXPECT_EQ(q.rss_hash(), 5u);
    EXPECT_GE(p.memory(), 9u);
}

TEST(Packet, IsReleasedPieceByPiece) {
    std::string all;
    auto p = in_three();
    p.reserve(3);
    p.release_into([&](temporary_buffer<char>&& b) { all.append(b.get(), b.size()); });
    EXPECT_EQ(all, "abcdefghi");
    EXPECT_EQ(p.len(), 0u);
}

TEST(Packet, IsMadeOfARangeOfFragmentsAndReset) {
    char bytes[] = "abcde";
    fragment parts[] = {{bytes, 2}, {bytes + 2, 3}};
    packet p(std::begin(parts), std::end(parts), deleter());
    EXPECT_EQ(text(p), "abcde");
    p.reset();
    EXPECT_EQ(p.nr_frags(), 0u);
}

}
}
