#include <smf/random.h>
#include <smf/time_utils.h>

#include <gtest/gtest.h>

#include <cctype>
#include <set>

namespace smf {
namespace {

TEST(Random, RepeatsItselfFromASeed) {
    random a(7), b(7), c(8);
    for (int i = 0; i < 10; ++i) {
        auto n = a.next();
        EXPECT_EQ(n, b.next());
        EXPECT_NE(n, c.next());
    }
}

TEST(Random, MakesTextsOfTheirSize) {
    random r;
    EXPECT_EQ(r.next_str(0).size(), 0u);
    EXPECT_EQ(r.next_str(100).size(), 100u);
    auto text = r.next_alphanum(1000);
    EXPECT_EQ(text.size(), 1000u);
    std::set<char> seen;
    for (auto c : text) {
        EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)));
        seen.insert(c);
    }
    EXPECT_GT(seen.size(), 50u);
}

TEST(TimeUtils, AgreesOnTheUnits) {
    auto millis = time_now_millis();
    EXPECT_GT(millis, 1600000000000u);
    EXPECT_LT(time_now_micros() / 1000 - millis, 60000u);
    EXPECT_EQ(time_as_iso_8601(1552742810603), "2019-03-16T13:26:50Z");
}

}
}
