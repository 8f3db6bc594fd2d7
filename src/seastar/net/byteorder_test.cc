#include <seastar/net/byteorder.hh>

#include <gtest/gtest.h>

namespace seastar {
namespace {

struct header {
    uint32_t a;
    net::packed<uint16_t> b;
    uint8_t c;
    template <typename Adjust>
    auto adjust_endianness(Adjust f) {
        return f(a, b);
    }
};

TEST(network_byte_order, converts_numbers_and_structs) {
    EXPECT_EQ(net::hton(uint16_t(0x0102)), 0x0201);
    EXPECT_EQ(ntohq(htonq(0x0102030405060708)), 0x0102030405060708u);
    header h{0x01020304, uint16_t(0x0506), 7};
    auto n = net::hton(h);
    EXPECT_EQ(n.a, 0x04030201u);
    EXPECT_EQ(n.b, 0x0605);
    EXPECT_EQ(n.c, 7);
    net::ntoh_inplace(n.a, n.b);
    EXPECT_EQ(n.a, h.a);
    EXPECT_EQ(uint16_t(n.b), uint16_t(h.b));
}

}
}
