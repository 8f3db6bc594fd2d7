#include <smf/internal/flat_packer.h>
#include <smf/rpc_recv_typed_context.h>

#include "shapes.smf.fb.h"

#include <seastar/core/future.hh>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace smf {
namespace {

using sample::PlainT;

template <typename T>
rpc_typed_envelope<T> reply_of(const typename T::NativeTableType& object) {
    rpc_typed_envelope<T> e(std::make_unique<typename T::NativeTableType>(object));
    e.envelope.set_status(201);
    return e;
}

/// Answers with copies of what the test has put here.
class shapes : public sample::Shapes {
public:
    PlainT plain;
    sample::RenumberedT renumbered;
    sample::ColouredT coloured;

    seastar::future<rpc_typed_envelope<sample::Plain>> GetPlain(rpc_recv_typed_context<sample::Leaf>&&) override {
        return seastar::make_ready_future<rpc_typed_envelope<sample::Plain>>(reply_of<sample::Plain>(plain));
    }
    seastar::future<rpc_typed_envelope<sample::Renumbered>>
    GetRenumbered(rpc_recv_typed_context<sample::Leaf>&&) override {
        return seastar::make_ready_future<rpc_typed_envelope<sample::Renumbered>>(
            reply_of<sample::Renumbered>(renumbered));
    }
    seastar::future<rpc_typed_envelope<sample::Coloured>> GetColoured(rpc_recv_typed_context<sample::Leaf>&&) override {
        return seastar::make_ready_future<rpc_typed_envelope<sample::Coloured>>(reply_of<sample::Coloured>(coloured));
    }
};

rpc_recv_context request() {
    rpc_typed_envelope<sample::Leaf> e;
    auto letter = std::move(e.serialize_data().letter);
    letter.header.mutate_session(77);
    return rpc_recv_context({}, letter.header, std::move(letter.body));
}

std::string bytes(const rpc_envelope& e) {
    return {e.letter.body.get(), e.letter.body.size()};
}

/// What the generated function gives must be what the builder of FlatBuffers gives, to the last byte and header field.
template <typename T>
void expect_as_built(seastar::future<rpc_envelope> f, const typename T::NativeTableType& object) {
    ASSERT_TRUE(f.available());
    auto packed = f.get();
    auto built = reply_of<T>(object);
    built.envelope.letter.header.mutate_session(77);
    auto expected = rpc_envelope(built.serialize_data());
    ASSERT_EQ(bytes(packed), bytes(expected));
    EXPECT_EQ(packed.letter.header, expected.letter.header);
    auto at = reinterpret_cast<const uint8_t*>(packed.letter.body.get());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(at) % 4, 0u);
    seastar::temporary_buffer<char> aligned(packed.letter.body.get(), packed.letter.body.size());
    EXPECT_TRUE(verify_body<T>(reinterpret_cast<const uint8_t*>(aligned.get()), aligned.size()));
}

void expect_plain_as_built(const PlainT& object) {
    shapes s;
    s.plain = object;
    expect_as_built<sample::Plain>(s.RawGetPlain(request()), object);
}

TEST(FlatPacker, PacksNothingButDefaultsAsTheBuilderDoes) {
    expect_plain_as_built({});
}

TEST(FlatPacker, PacksExtremesAsTheBuilderDoes) {
    PlainT p;
    p.flag = true;
    p.tiny = std::numeric_limits<int8_t>::min();
    p.octet = 255;
    p.short_ = std::numeric_limits<int16_t>::min();
    p.port = 65535;
    p.signed_ = std::numeric_limits<int32_t>::min();
    p.count = ~uint32_t(0);
    p.offset = std::numeric_limits<int64_t>::min();
    p.size = ~uint64_t(0);
    p.ratio = -std::numeric_limits<float>::infinity();
    p.mean = std::numeric_limits<double>::denorm_min();
    p.name = seastar::sstring(1'000'000, 'n');
    p.alias = "a";
    expect_plain_as_built(p);
}

TEST(FlatPacker, PacksNumbersThatEqualTheirDefaultInNameOnlyAsTheBuilderDoes) {
    PlainT p;
    p.ratio = std::nanf("");
    p.mean = -0.0;
    expect_plain_as_built(p);
}

TEST(FlatPacker, PacksStringsOfEveryLengthAsTheBuilderDoes) {
    for (size_t name = 0; name < 18; ++name) {
        for (size_t comment = 0; comment < 18; ++comment) {
            PlainT p;
            p.name = seastar::sstring(name, 'x');
            p.comment = seastar::sstring(comment, '\0');
            expect_plain_as_built(p);
            p.mean = 1;
            expect_plain_as_built(p);
        }
    }
}

TEST(FlatPacker, PacksAnyChoiceOfFieldsAsTheBuilderDoes) {
    std::mt19937 random(7);
    for (int i = 0; i < 4000; ++i) {
        auto maybe = [&](auto& field) {
            if (random() % 2) {
                field = static_cast<std::remove_reference_t<decltype(field)>>(random());
            }
        };
        PlainT p;
        maybe(p.flag);
        maybe(p.tiny);
        maybe(p.octet);
        maybe(p.short_);
        maybe(p.port);
        maybe(p.signed_);
        maybe(p.count);
        maybe(p.offset);
        maybe(p.size);
        maybe(p.ratio);
        maybe(p.mean);
        for (auto* s : {&p.name, &p.alias, &p.comment}) {
            *s = seastar::sstring(random() % 3 ? random() % 40 : 0, 's');
        }
        expect_plain_as_built(p);
        if (HasFatalFailure()) {
            return;
        }
    }
}

TEST(FlatPacker, FollowsTheIdsOfTheSchema) {
    for (auto text : {"", "two"}) {
        shapes s;
        s.renumbered.first = 1;
        s.renumbered.second = text;
        s.renumbered.third = 3;
        expect_as_built<sample::Renumbered>(s.RawGetRenumbered(request()), s.renumbered);
    }
}

TEST(FlatPacker, LeavesDefaultsEnumsAndRequiredFieldsToTheBuilder) {
    shapes s;
    s.coloured.name = "n";
    expect_as_built<sample::Coloured>(s.RawGetColoured(request()), s.coloured);
    s.coloured.colour = sample::Colour_red;
    s.coloured.width = 0;
    expect_as_built<sample::Coloured>(s.RawGetColoured(request()), s.coloured);
}

TEST(FlatPacker, RefusesWhatTheFormatHasNoOffsetsFor) {
    EXPECT_THROW(internal::flat_packer<1>(size_t(1) << 31), std::length_error);
    EXPECT_THROW(internal::flat_packer<2>(size_t(1) << 30, size_t(1) << 30), std::length_error);
}

}
}
