#include "session_table.hh"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace smf {
namespace {

TEST(SessionTable, CountsFromOneAndWrapsToZero) {
    session_table t;
    for (uint32_t i = 1; i <= 70000; ++i) {
        auto c = t.open();
        ASSERT_EQ(c->session, static_cast<uint16_t>(i));
        t.close(*c);
    }
    EXPECT_EQ(t.used(), 0u);
}

TEST(SessionTable, FindsWhatIsOpenOnly) {
    session_table t;
    EXPECT_EQ(t.find(1), nullptr);
    auto c = t.open();
    EXPECT_EQ(t.find(1), c);
    EXPECT_EQ(t.find(33), nullptr); // the same place
    t.close(*c);
    EXPECT_EQ(t.find(1), nullptr);
}

TEST(SessionTable, GivesOutEveryNumberOnce) {
    session_table t;
    std::set<uint16_t> seen;
    for (uint32_t i = 0; i < 65536; ++i) {
        auto c = t.open();
        ASSERT_NE(c, nullptr);
        ASSERT_TRUE(seen.insert(c->session).second);
    }
    EXPECT_EQ(t.open(), nullptr);
    t.close(*t.find(12345));
    auto c = t.open();
    ASSERT_NE(c, nullptr);
    EXPECT_EQ(c->session, 12345);
    t.for_each([&t](pending_call& c) { t.close(c); });
    EXPECT_EQ(t.used(), 0u);
}

TEST(SessionTable, PassesOverSlowCalls) {
    session_table t;
    auto slow = t.open()->session;
    for (uint32_t i = 0; i < 200000; ++i) {
        auto c = t.open();
        ASSERT_NE(c->session, slow);
        t.close(*c);
    }
    ASSERT_NE(t.find(slow), nullptr);
    EXPECT_EQ(t.used(), 1u);
}

TEST(SessionTable, KeepsPromisesWhenItGrows) {
    session_table t;
    std::vector<seastar::future<rpc_recv_context>> replies;
    for (uint32_t i = 0; i < 1000; ++i) {
        replies.push_back(t.open()->reply.get_future());
    }
    for (uint32_t i = 0; i < 1000; ++i) {
        auto c = t.find(static_cast<uint16_t>(i + 1));
        rpc_recv_context r;
        r.header.mutate_meta(i);
        c->reply.set_value(std::move(r));
        t.close(*c);
    }
    for (uint32_t i = 0; i < 1000; ++i) {
        ASSERT_TRUE(replies[i].available());
        EXPECT_EQ(replies[i].get().status(), i);
    }
}

}
}
