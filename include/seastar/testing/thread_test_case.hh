/// Tests that run in a seastar::thread, so that they can get() futures:
///
///     SEASTAR_THREAD_TEST_CASE(a_sleep_ends) {
///         seastar::sleep(1ms).get();
///     }
#pragma once

#include <seastar/core/thread.hh>
#include <seastar/testing/seastar_test.hh>

/// Behind the name: decorators of Boost.Test.
#define SEASTAR_THREAD_TEST_CASE(name, ...)                                                                            \
    static void name##_test_body();                                                                                    \
    BOOST_AUTO_TEST_CASE(name __VA_OPT__(, ) __VA_ARGS__) {                                                            \
        seastar::testing::global_test_runner().run_sync([] { return seastar::async(name##_test_body); });              \
    }                                                                                                                  \
    static void name##_test_body()

#define SEASTAR_THREAD_TEST_CASE_WITH_DECO(name, decorators) SEASTAR_THREAD_TEST_CASE(name, decorators)
#define SEASTAR_THREAD_TEST_CASE_WITHOUT_DECO(name) SEASTAR_THREAD_TEST_CASE(name)
