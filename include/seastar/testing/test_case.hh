/// Tests that return futures:
///
///     SEASTAR_TEST_CASE(a_sleep_ends) {
///         return seastar::sleep(1ms).then([] { BOOST_CHECK(true); });
///     }
#pragma once

#include <seastar/testing/seastar_test.hh>

/// Behind the name: decorators of Boost.Test, as in *boost::unit_test::label("slow").
#define SEASTAR_TEST_CASE(name, ...)                                                                                   \
    static seastar::future<> name##_test_body();                                                                       \
    BOOST_AUTO_TEST_CASE(name __VA_OPT__(, ) __VA_ARGS__) {                                                            \
        seastar::testing::global_test_runner().run_sync([] { return name##_test_body(); });                            \
    }                                                                                                                  \
    static seastar::future<> name##_test_body()

#define SEASTAR_TEST_CASE_WITH_DECO(name, decorators) SEASTAR_TEST_CASE(name, decorators)
#define SEASTAR_TEST_CASE_WITHOUT_DECO(name) SEASTAR_TEST_CASE(name)
