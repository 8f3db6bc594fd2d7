#include "ids.hh"

#include <gtest/gtest.h>

namespace smf {
namespace {

TEST(Ids, AreTheKnownNumbers) {
    EXPECT_EQ(crc32(""), 0u);
    EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
    EXPECT_EQ(service_id_of("SmfStorage"), 212494116u);
    EXPECT_EQ(method_id_of("Get:smf_gen::demo::Request:smf_gen::demo::Response"), 1719559449u);
    EXPECT_EQ(service_id_of("MemoryNode") ^ method_id_of("Put:kvstore::fbs::PutRequest:kvstore::fbs::PutResponse"),
              3647565230u);
    EXPECT_EQ(service_id_of("bad_svc"), 1180215471u);
    EXPECT_EQ(method_id_of("go:bad::msg::test:bad::msg::ack"), 2787279928u);
}

}
}
