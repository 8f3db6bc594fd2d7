#include <seastar/core/when_any.hh>

#include "future/test_loop.hh"

#include <gtest/gtest.h>

#include <stdexcept>

namespace seastar {

namespace {
class when_any_test : public testing::loop_fixture {};
}

TEST_F(when_any_test, gives_the_first_that_is_available_and_all_others_as_they_are) {
    std::vector<promise<int>> promises(3);
    std::vector<future<int>> futures;
    for (auto& p : promises) {
        futures.push_back(p.get_future());
    }
    auto any = when_any(futures.begin(), futures.end());
    EXPECT_FALSE(any.available());
    promises[1].set_value(11);
    promises[2].set_value(12);
    settle();
    auto result = any.get();
    EXPECT_EQ(result.index, 1u);
    ASSERT_EQ(result.futures.size(), 3u);
    EXPECT_EQ(result.futures[1].get(), 11);
    EXPECT_EQ(result.futures[2].get(), 12);
    EXPECT_FALSE(result.futures[0].available());
    promises[0].set_value(10);
    settle();
    EXPECT_EQ(result.futures[0].get(), 10);
}

TEST_F(when_any_test, is_ready_when_one_is) {
    promise<> never;
    auto any = when_any(never.get_future(), make_exception_future<int>(std::runtime_error("x")),
                        [] { return make_ready_future<int>(2); });
    ASSERT_TRUE(any.available());
    auto result = any.get();
    EXPECT_EQ(result.index, 1u);
    EXPECT_FALSE(std::get<0>(result.futures).available());
    EXPECT_THROW(std::get<1>(result.futures).get(), std::runtime_error);
    EXPECT_EQ(std::get<2>(result.futures).get(), 2);
}

TEST_F(when_any_test, takes_futures_of_several_types_that_come_later) {
    promise<> a;
    promise<int> b;
    auto any = when_any(a.get_future(), b.get_future());
    b.set_exception(std::runtime_error("first"));
    settle();
    auto result = any.get();
    EXPECT_EQ(result.index, 1u);
    EXPECT_THROW(std::get<1>(result.futures).get(), std::runtime_error);
    a.set_value();
    settle();
    EXPECT_TRUE(std::get<0>(result.futures).available());
}

TEST_F(when_any_test, of_nothing_is_ready) {
    std::vector<future<>> none;
    auto result = when_any(none.begin(), none.end()).get();
    EXPECT_EQ(result.index, size_t(-1));
    EXPECT_TRUE(result.futures.empty());
}

TEST_F(when_any_test, may_be_dropped_before_any_is_available) {
    promise<int> a, b;
    { auto any = when_any(a.get_future(), b.get_future()); }
    a.set_value(1);
    b.set_value(2);
    settle();
}

}
