#include <smf/checksum.h>
#include <smf/rpc_header.h>

#include "hex.hh"

#include <gtest/gtest.h>

#include <cstring>
#include <sstream>

namespace smf {
namespace {

using rpc::compression_flags;
using rpc::header;
using rpc::header_bit_flags;

header request_header(uint16_t session, std::string_view body, uint32_t meta) {
    return header(compression_flags::compression_flags_none, header_bit_flags::header_bit_flags_none, session,
                  static_cast<uint32_t>(body.size()), rpc_checksum_payload(body.data(), body.size()), meta);
}

std::string bytes_of(const header& h) {
    return std::string(reinterpret_cast<const char*>(&h), sizeof(h));
}

TEST(Header, IsTheBytesThatOtherImplementationsSend) {
    EXPECT_EQ(to_hex(bytes_of(request_header(1, golden::put_body(), golden::put_id))), golden::put_header);
    EXPECT_EQ(to_hex(bytes_of(request_header(1, golden::get_body(), golden::get_id))), golden::get_header);
    EXPECT_EQ(to_hex(bytes_of(request_header(1, golden::empty_body(), 200))), "000001000c0000000d5802efc8000000");
    EXPECT_EQ(to_hex(bytes_of(request_header(1, golden::empty_body(), 501))), "000001000c0000000d5802eff5010000");
}

TEST(Header, ReadsBackWhatWasWritten) {
    header h;
    h.mutate_compression(compression_flags::compression_flags_lz4);
    h.mutate_bitflags(header_bit_flags{0xfe});
    h.mutate_session(0x0102);
    h.mutate_size(0x03040506);
    h.mutate_checksum(0x0708090a);
    h.mutate_meta(0x0b0c0d0e);
    EXPECT_EQ(to_hex(bytes_of(h)), "03fe0201060504030a0908070e0d0c0b");
    auto bytes = from_hex("03fe0201060504030a0908070e0d0c0b");
    header back;
    std::memcpy(&back, bytes.data(), sizeof(back));
    EXPECT_EQ(back, h);
    EXPECT_EQ(back.compression(), compression_flags::compression_flags_lz4);
    EXPECT_EQ(static_cast<int>(back.bitflags()), 0xfe);
    EXPECT_EQ(back.session(), 0x0102);
    EXPECT_EQ(back.size(), 0x03040506u);
    EXPECT_EQ(back.checksum(), 0x0708090au);
    EXPECT_EQ(back.meta(), 0x0b0c0d0eu);
}

TEST(Header, PrintsAllItsFields) {
    std::ostringstream out;
    out << header(compression_flags::compression_flags_zstd, header_bit_flags{5}, 7, 8, 9, 10) << header(
        compression_flags{99}, header_bit_flags{}, 0, 0, 0, 0);
    EXPECT_EQ(out.str(), "rpc::header={compression:zstd, header_bit_flags:00000101, session:7, size:8, checksum:9, "
                         "meta:10}"
                         "rpc::header={compression:unknown, header_bit_flags:00000000, session:0, size:0, checksum:0, "
                         "meta:0}");
}

TEST(Checksum, IsTheLowHalfOfXxh64) {
    EXPECT_EQ(rpc_checksum_payload(nullptr, 0), 0x51D8E999u);
    EXPECT_EQ(rpc_checksum_payload("a", 1), 0xA98C6E5Bu);
    EXPECT_EQ(rpc_checksum_payload("abc", 3), 0xAD770999u);
    EXPECT_EQ(rpc_checksum_payload(golden::empty_body().data(), 12), 0xEF02580Du);
}

}
}
