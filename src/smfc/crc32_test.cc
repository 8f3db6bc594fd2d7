#include "smfc/crc32.hh"

#include <gtest/gtest.h>

namespace smfc {

TEST(smfc_crc32, is_the_one_of_zlib) {
    EXPECT_EQ(crc32(""), 0u);
    EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
}

}
