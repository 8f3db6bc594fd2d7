#include <smf/rpc_connection_limits.h>

#include <gtest/gtest.h>

#include <sstream>

namespace smf {
namespace {

TEST(RpcConnectionLimits, PrintInTheirKnownForm) {
    std::ostringstream out;
    out << rpc_connection_limits(uint64_t(1) << 31, std::chrono::minutes(1));
    EXPECT_EQ(out.str(), "rpc_connection_limits{max_mem:2.000 GB, max_body_parsing_duration: 60000ms, "
              "res_avail:2.000 GB (2147483648)}");
}

}
}
