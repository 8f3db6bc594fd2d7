// A test suite outside the tree.
#define SEASTAR_TESTING_MAIN
#include <seastar/core/smp.hh>
#include <seastar/testing/test_case.hh>
#include <seastar/testing/thread_test_case.hh>

SEASTAR_TEST_CASE(tests_return_futures) {
    return seastar::smp::invoke_on_all([] {}).then([] { BOOST_CHECK_EQUAL(seastar::this_shard_id(), 0u); });
}

SEASTAR_THREAD_TEST_CASE(tests_wait_in_threads) { BOOST_CHECK_EQUAL(seastar::make_ready_future<int>(3).get(), 3); }
