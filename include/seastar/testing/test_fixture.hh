/// Tests that are members of a fixture, made and destroyed in a seastar::thread on shard 0, around the body:
///
///     struct with_file { seastar::tmp_file file; ... };
///     SEASTAR_FIXTURE_THREAD_TEST_CASE(is_empty, with_file) { BOOST_CHECK_EQUAL(file.size().get(), 0); }
#pragma once

#include <seastar/core/thread.hh>
#include <seastar/testing/seastar_test.hh>

namespace seastar::testing {

/// Makes a Test, which derives from its fixture, with setup() and teardown() if it has them, and runs its body.
template <typename Test>
void run_fixture_test() {
    global_test_runner().run_sync([] {
        return async([] {
            Test test;
            if constexpr (requires { test.setup(); }) {
                test.setup();
            }
            futurize_invoke([&test] { return test.test_body(); }).get();
            if constexpr (requires { test.teardown(); }) {
                test.teardown();
            }
        });
    });
}

}

#define SEASTAR_FIXTURE_TEST(name, fixture, result, ...)                                                               \
    struct name##_fixture_test : fixture {                                                                             \
        result test_body();                                                                                            \
    };                                                                                                                 \
    BOOST_AUTO_TEST_CASE(name __VA_OPT__(, ) __VA_ARGS__) {                                                            \
        seastar::testing::run_fixture_test<name##_fixture_test>();                                                     \
    }                                                                                                                  \
    result name##_fixture_test::test_body()

/// The body returns a future.
#define SEASTAR_FIXTURE_TEST_CASE(name, fixture, ...)                                                                  \
    SEASTAR_FIXTURE_TEST(name, fixture, seastar::future<> __VA_OPT__(, ) __VA_ARGS__)
/// The body runs in the thread.
#define SEASTAR_FIXTURE_THREAD_TEST_CASE(name, fixture, ...)                                                           \
    SEASTAR_FIXTURE_TEST(name, fixture, void __VA_OPT__(, ) __VA_ARGS__)
