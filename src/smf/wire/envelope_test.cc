#include <smf/checksum.h>
#include <smf/rpc_recv_typed_context.h>
#include <smf/rpc_typed_envelope.h>
#include <smf/rpc_error.h>

#include "echo_generated.h"
#include "hex.hh"

#include <gtest/gtest.h>

#include <type_traits>

namespace smf {
namespace {

static_assert(std::is_move_constructible_v<rpc_recv_context> && std::is_move_assignable_v<rpc_recv_context>);
static_assert(!std::is_copy_constructible_v<rpc_recv_context> && !std::is_copy_constructible_v<rpc_envelope>);

std::string_view view(const seastar::temporary_buffer<char>& b) {
    return {b.get(), b.size()};
}

rpc_envelope said(std::string text, uint32_t number) {
    rpc_typed_envelope<sample::Text> e;
    e.data->text = text;
    e.data->number = number;
    return e.serialize_data();
}

TEST(TypedEnvelope, PacksIntoASealedEnvelope) {
    auto e = said("text", 7);
    EXPECT_EQ(to_hex(view(e.letter.body)), "0c00000008000c0004000800080000000800000007000000040000007465787400000000");
    EXPECT_EQ(e.letter.header.size(), 36u);
    EXPECT_EQ(e.letter.header.checksum(), 0x6098b586u);
    EXPECT_EQ(e.size(), 52u);
}

TEST(Envelope, KeepsDynamicHeadersAndNeverSendsThem) {
    auto e = said("text", 7);
    EXPECT_TRUE(e.letter.dynamic_headers.empty());
    auto size = e.size();
    e.add_dynamic_header("b", "1");
    e.add_dynamic_header("a", "2");
    e.add_dynamic_header("b", "3");
    EXPECT_EQ(e.size(), size);
    auto shared = e.share();
    e.letter.dynamic_headers.emplace("c", "4");
    std::string seen;
    for (auto& [key, value] : shared.letter.dynamic_headers) {
        seen += std::string(key) + "=" + std::string(value) + " ";
    }
    EXPECT_EQ(seen, "b=1 a=2 ") << "in the order in which they were added, the first of a key";
    EXPECT_EQ(e.letter.dynamic_headers.size(), 3u);
    ASSERT_TRUE(e.letter.dynamic_headers.find("c"));
    EXPECT_EQ(*e.letter.dynamic_headers.find("c"), "4");
    EXPECT_FALSE(shared.letter.dynamic_headers.find("c"));
}

TEST(TypedEnvelope, PacksBodiesOfAnySize) {
    for (size_t n : {0u, 900u, 960u, 1000u, 1100u, 5000u, 3000000u}) {
        auto e = said(std::string(n, 'x'), 1);
        auto& body = e.letter.body;
        // A receiver aligns what it gets; a sender need not.
        rpc_recv_context c({}, e.letter.header, seastar::temporary_buffer<char>(body.get(), body.size()));
        rpc_recv_typed_context<sample::Text> t(std::move(c));
        ASSERT_TRUE(t) << n;
        EXPECT_EQ(t->text()->size(), n);
    }
}

TEST(TypedEnvelope, CanBeSerializedOnceAndDropped) {
    rpc_typed_envelope<sample::Text> e;
    { auto done = e.serialize_data(); }
    EXPECT_FALSE(e.data);
}

TEST(Envelope, CombinesTwoIds) {
    rpc_envelope e;
    e.set_request_id(212494116, 1719559449);
    EXPECT_EQ(e.letter.header.meta(), golden::get_id);
    e.set_request_id(5);
    EXPECT_EQ(e.letter.header.meta(), 5u);
    e.set_status(201);
    EXPECT_EQ(e.letter.header.meta(), 201u);
}

TEST(Envelope, SharesItsBody) {
    auto e = said("shared", 1);
    auto other = e.share();
    EXPECT_EQ(other.letter.header, e.letter.header);
    EXPECT_EQ(other.letter.body.get(), e.letter.body.get());
}

TEST(TypedContext, IsEmptyByDefault) {
    rpc_recv_typed_context<sample::Text> t;
    EXPECT_FALSE(t);
    EXPECT_FALSE(t.ctx);
    EXPECT_FALSE(t.verify_fbs());
}

TEST(TypedContext, RefusesToReadWhatIsNoBufferOfItsType) {
    rpc_recv_typed_context<sample::Text> t(
        rpc_recv_context({}, rpc::header(), seastar::temporary_buffer<char>("\xff\xff\xff\x7f....", 8)));
    EXPECT_TRUE(t.ctx);
    EXPECT_FALSE(t);
    try {
        (void)t->text();
        FAIL();
    } catch (const rpc_error& e) {
        EXPECT_EQ(e.status(), 400u);
    }
}

TEST(TypedContext, MovesToSharedOwnership) {
    auto e = said("moved", 1);
    rpc_recv_typed_context<sample::Text> t(rpc_recv_context({}, e.letter.header, std::move(e.letter.body)));
    auto shared = t.move_to_lw_shared();
    EXPECT_EQ((*shared)->text()->str(), "moved");
}

TEST(EmptyTable, IsRecognisedByItsBytes) {
    auto empty = golden::empty_body();
    EXPECT_TRUE(is_empty_table(seastar::temporary_buffer<char>(empty.data(), empty.size())));
    EXPECT_FALSE(is_empty_table(seastar::temporary_buffer<char>()));
    EXPECT_FALSE(is_empty_table(std::move(said("", 0).letter.body)));
}

}
}
