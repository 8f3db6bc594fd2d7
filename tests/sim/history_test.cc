#include "history.hh"

#include <gtest/gtest.h>

namespace sim_test {
namespace {

using kind = operation::kind;

operation put(const char* value, uint64_t begin, uint64_t end) {
    operation o;
    o.what = kind::put;
    o.value = value;
    o.begin = begin;
    o.end = end;
    return o;
}
operation get(std::optional<std::string> value, uint64_t begin, uint64_t end) {
    operation o;
    o.value = std::move(value);
    o.begin = begin;
    o.end = end;
    return o;
}
operation erase(bool found, uint64_t begin, uint64_t end) {
    operation o;
    o.what = kind::erase;
    o.found = found;
    o.begin = begin;
    o.end = end;
    return o;
}
constexpr uint64_t open = UINT64_MAX;

TEST(linearizable, what_one_client_sees_must_follow_what_it_did) {
    EXPECT_TRUE(linearizable({get({}, 1, 2), put("a", 3, 4), get("a", 5, 6), erase(true, 7, 8), get({}, 9, 10)}));
    EXPECT_FALSE(linearizable({put("a", 1, 2), get({}, 3, 4)}));
    EXPECT_FALSE(linearizable({put("a", 1, 2), put("b", 3, 4), get("a", 5, 6)}));
    EXPECT_FALSE(linearizable({erase(true, 1, 2)}));
    EXPECT_FALSE(linearizable({put("a", 1, 2), erase(false, 3, 4)}));
}

TEST(linearizable, what_overlaps_may_come_in_either_order) {
    EXPECT_TRUE(linearizable({put("a", 1, 4), put("b", 2, 3), get("a", 5, 6)}));
    EXPECT_TRUE(linearizable({put("a", 1, 4), put("b", 2, 3), get("b", 5, 6)}));
    EXPECT_TRUE(linearizable({put("a", 1, 4), get({}, 2, 3)}));
    EXPECT_TRUE(linearizable({put("a", 1, 4), get("a", 2, 3)}));
}

TEST(linearizable, a_value_once_seen_does_not_go_away_again) {
    EXPECT_FALSE(linearizable({put("a", 1, 10), get("a", 2, 3), get({}, 4, 5)}));
    EXPECT_FALSE(linearizable({put("a", 1, 2), put("b", 3, 10), get("b", 4, 5), get("a", 6, 7)}));
}

TEST(linearizable, what_got_no_answer_may_have_happened_or_not) {
    EXPECT_TRUE(linearizable({put("a", 1, open), get({}, 2, 3), get("a", 4, 5)}));
    EXPECT_TRUE(linearizable({put("a", 1, open), get({}, 2, 3), get({}, 4, 5)}));
    EXPECT_FALSE(linearizable({put("a", 1, open), get("a", 2, 3), get({}, 4, 5)}));
    EXPECT_TRUE(linearizable({put("a", 1, 2), erase(false, 3, open), get({}, 4, 5)}));
    EXPECT_FALSE(linearizable({get("a", 1, 2), put("a", 3, open)}));
}

TEST(history, tells_which_key_cannot_be_explained) {
    history h;
    auto good = h.begin("good", kind::put, "1");
    h.end("good", good, {}, true);
    auto bad = h.begin("bad", kind::get);
    h.end("bad", bad, "2", true);
    h.begin("unanswered", kind::put, "3");
    EXPECT_EQ(h.answered(), 2u);
    EXPECT_EQ(h.not_linearizable(), std::vector<std::string>{"bad"});
    EXPECT_EQ(h.describe("bad"), "  [3, 4] get 2\n");
}

}
}
