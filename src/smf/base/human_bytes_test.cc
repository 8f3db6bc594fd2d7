#include <smf/human_bytes.h>

#include <gtest/gtest.h>

#include <sstream>

namespace smf {
namespace {

template <typename T>
std::string text(const T& v) {
    std::ostringstream out;
    out << v;
    return out.str();
}

TEST(HumanBytes, PicksTheUnit) {
    EXPECT_EQ(text(human_bytes(0)), "0.000 bytes");
    EXPECT_EQ(text(human_bytes(1023)), "1023.000 bytes");
    EXPECT_EQ(text(human_bytes(1024)), "1.000 KB");
    EXPECT_EQ(text(human_bytes(999 * 1024)), "999.000 KB");
    EXPECT_EQ(text(human_bytes(1000 * 1024)), "0.977 MB");
    EXPECT_EQ(text(human_bytes(uint64_t(1) << 31)), "2.000 GB");
    EXPECT_EQ(text(human_bytes(uint64_t(3) << 50)), "3072.000 TB");
}

}
}
