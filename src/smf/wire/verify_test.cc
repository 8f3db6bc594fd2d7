#include <smf/verify.h>

#include "echo_generated.h"
#include "shapes_generated.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <random>
#include <vector>

namespace smf {
namespace {

using sample::Node;
using sample::NodeT;

/// 8-byte aligned bytes.
class buffer {
    std::vector<uint64_t> _words;
    size_t _size;

public:
    buffer(const void* data, size_t size) : _words((size + 7) / 8 + 1), _size(size) {
        std::memcpy(_words.data(), data, size);
    }
    uint8_t* data() { return reinterpret_cast<uint8_t*>(_words.data()); }
    size_t size() const { return _size; }
    void cut(size_t size) { _size = size; }
    void put32(size_t at, uint32_t v) { std::memcpy(data() + at, &v, sizeof(v)); }
};

buffer packed(const NodeT& n) {
    flatbuffers::FlatBufferBuilder b;
    b.Finish(Node::Pack(b, &n));
    return buffer(b.GetBufferPointer(), b.GetSize());
}

bool good(buffer& b) {
    return verify_body<Node>(b.data(), b.size());
}

NodeT everything(size_t scale) {
    NodeT n;
    n.name = "root";
    n.number = 7;
    n.where = std::make_unique<sample::Point>(1, 2);
    n.leaf = std::make_unique<sample::LeafT>();
    n.leaf->name = "leaf";
    n.next = std::make_unique<NodeT>();
    n.next->name = "next";
    sample::CircleT circle;
    circle.radius = 3;
    n.shape.Set(sample::CircleT(circle));
    for (size_t i = 0; i < scale; ++i) {
        n.leaves.push_back(std::make_unique<sample::LeafT>());
        n.leaves.back()->name = "leaf " + std::to_string(i);
        n.names.push_back("name " + std::to_string(i));
        n.points.push_back(sample::Point(int(i), 1));
        n.bytes.push_back(uint8_t(i));
        n.shapes.emplace_back();
        n.shapes.back().Set(sample::CircleT(circle));
        n.shapes.emplace_back();
        sample::LeafT leaf;
        leaf.name = "in a union";
        n.shapes.back().Set(sample::LeafT(leaf));
    }
    return n;
}

TEST(Verify, AcceptsOneOfEverythingInBothPasses) {
    auto small = packed(everything(3));
    ASSERT_LE(small.size(), 8192u);
    EXPECT_TRUE(good(small));
    auto large = packed(everything(1000));
    ASSERT_GT(large.size(), 8192u);
    EXPECT_TRUE(good(large));
}

TEST(Verify, AcceptsALargeStringOfTheLargestBody) {
    NodeT n;
    n.name = std::string((4 << 20) - 100, 'x');
    auto b = packed(n);
    EXPECT_TRUE(good(b));
}

TEST(Verify, RefusesEveryTruncation) {
    for (auto scale : {size_t(2), size_t(400)}) {
        auto whole = packed(everything(scale));
        auto step = whole.size() > 8192 ? 97 : 1;
        for (size_t n = 0; n < whole.size() - 8; n += step) {
            auto b = whole;
            b.cut(n);
            EXPECT_FALSE(good(b)) << n;
        }
    }
}

TEST(Verify, RefusesOrSurvivesEveryFlippedBitAndRandomBytes) {
    auto whole = packed(everything(2));
    auto accepted = 0;
    for (size_t i = 0; i < whole.size() * 8; ++i) {
        auto b = whole;
        b.data()[i / 8] ^= uint8_t(1 << (i % 8));
        if (good(b)) {
            ++accepted;
            std::unique_ptr<NodeT> n(flatbuffers::GetRoot<Node>(b.data())->UnPack()); // reads all of it
        }
    }
    EXPECT_GT(accepted, 0);
    std::mt19937_64 random(5);
    for (int i = 0; i < 300; ++i) {
        auto large = packed(everything(200));
        for (int flips = 0; flips < 4; ++flips) {
            large.data()[random() % large.size()] = uint8_t(random());
        }
        if (good(large)) {
            std::unique_ptr<NodeT> n(flatbuffers::GetRoot<Node>(large.data())->UnPack());
        }
    }
}

TEST(Verify, RefusesAMissingRequiredField) {
    flatbuffers::FlatBufferBuilder b;
    b.Finish(flatbuffers::Offset<sample::Text>(b.EndTable(b.StartTable())));
    buffer empty(b.GetBufferPointer(), b.GetSize());
    EXPECT_FALSE(verify_body<sample::Strict>(empty.data(), empty.size()));
    EXPECT_TRUE(verify_body<sample::Text>(empty.data(), empty.size()));
}

NodeT chain(int depth) {
    NodeT n;
    if (depth > 1) {
        n.next = std::make_unique<NodeT>(chain(depth - 1));
    }
    return n;
}

TEST(Verify, LimitsTheDepthAlikeForSmallAndLarge) {
    for (auto filler : {size_t(0), size_t(20000)}) {
        for (auto depth : {31, 32, 33, 100}) {
            auto n = chain(depth);
            n.name = std::string(filler, 'x');
            auto b = packed(n);
            EXPECT_EQ(good(b), depth <= 32) << depth << " with " << filler;
        }
    }
}

/// A vector of `count` references to one vector-holding table: legal by every offset, and quadratic to walk.
buffer aliased(uint32_t count, uint32_t inner) {
    flatbuffers::FlatBufferBuilder b;
    std::vector<flatbuffers::Offset<flatbuffers::String>> names(inner, b.CreateString("x"));
    auto leaf = sample::CreateNode(b, 0, 0, nullptr, 0, 0, sample::Shape_NONE, 0, 0, b.CreateVector(names));
    std::vector<flatbuffers::Offset<Node>> nodes(count, leaf);
    // [Leaf] and [Node] have the same form on the wire; what matters is that the references are shared.
    auto strings = b.CreateVector(std::vector<flatbuffers::Offset<flatbuffers::String>>(count, b.CreateString(
                                      std::string(inner, 'y'))));
    b.Finish(sample::CreateNode(b, 0, 0, nullptr, 0, leaf, sample::Shape_NONE, 0, 0, strings));
    return buffer(b.GetBufferPointer(), b.GetSize());
}

TEST(Verify, RefusesReferencesThatShareABigObject) {
    auto b = aliased(10000, 10000);
    auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(good(b));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
}

TEST(Verify, RefusesAnOffsetThatPointsBack) {
    flatbuffers::FlatBufferBuilder b;
    auto inner = sample::CreateNode(b);
    b.Finish(sample::CreateNode(b, 0, 0, nullptr, 0, inner));
    buffer cyclic(b.GetBufferPointer(), b.GetSize());
    ASSERT_TRUE(good(cyclic));
    auto root = flatbuffers::GetRoot<Node>(cyclic.data());
    auto table = reinterpret_cast<const uint8_t*>(root);
    auto vtable = table - flatbuffers::ReadScalar<flatbuffers::soffset_t>(table);
    auto field = table + flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable + Node::VT_NEXT) - cyclic.data();
    cyclic.put32(size_t(field), 0xfffffff0);
    EXPECT_FALSE(good(cyclic));
    cyclic.put32(size_t(field), 0);
    EXPECT_FALSE(good(cyclic));
}

/// Without a type table.
struct bare : flatbuffers::Table {
    bool Verify(flatbuffers::Verifier& v) const { return VerifyTableStart(v) && v.EndTable(); }
};

TEST(Verify, CapsTypesWithoutATypeTable) {
    auto small = packed(everything(3));
    EXPECT_TRUE(verify_body<bare>(small.data(), small.size()));
    auto large = packed(everything(1000));
    EXPECT_FALSE(verify_body<bare>(large.data(), large.size()));
}

TEST(Verify, RefusesUnionsWhoseTypesAndValuesDiffer) {
    auto b = packed(everything(800));
    ASSERT_GT(b.size(), 8192u);
    auto root = flatbuffers::GetRoot<Node>(b.data());
    auto types = reinterpret_cast<const uint8_t*>(root->shapes_type());
    auto count = root->shapes_type()->size();
    b.put32(size_t(types - b.data()), count - 1);
    EXPECT_FALSE(good(b));
}

}
}
