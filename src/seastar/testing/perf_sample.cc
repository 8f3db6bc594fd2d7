// Benchmarks of each kind; the test that runs them looks at their counts.
#include <seastar/core/coroutine.hh>
#include <seastar/core/sleep.hh>
#include <seastar/testing/perf_tests.hh>
#include <seastar/util/later.hh>

#include <vector>

struct numbers {
    std::vector<int> values = std::vector<int>(100, 3);
};

PERF_TEST(plain, nothing) {}

PERF_TEST(plain, counts) { return size_t(10); }

PERF_TEST(plain, waits) { return seastar::yield(); }

PERF_TEST_F(numbers, sum) {
    int sum = 0;
    for (int v : values) {
        sum += v;
    }
    perf_tests::do_not_optimize(sum);
    return values.size();
}

PERF_TEST_C(numbers, coroutine) {
    co_await seastar::yield();
    perf_tests::do_not_optimize(values);
}

PERF_TEST_CN(numbers, counting_coroutine) {
    co_await seastar::yield();
    co_return values.size();
}

// A millisecond that is not measured.
PERF_TEST_C(numbers, partly_measured) {
    co_await seastar::sleep(std::chrono::milliseconds(1));
    perf_tests::start_measuring_time();
    perf_tests::do_not_optimize(values);
    perf_tests::stop_measuring_time();
}
