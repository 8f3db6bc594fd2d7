// The guide's page about tests: benchmarks.
// snippet: perf
#include <seastar/testing/perf_tests.hh>
#include <seastar/util/later.hh>

#include <map>

struct table { // made anew for each measurement
    std::map<int, int> squares;
    table() {
        for (int i = 0; i < 1000; ++i) {
            squares[i] = i * i;
        }
    }
};

PERF_TEST_F(table, find) { perf_tests::do_not_optimize(squares.find(500)); }

PERF_TEST_F(table, scan) { // says how many operations that was
    int sum = 0;
    for (auto& [n, square] : squares) {
        sum += square;
    }
    perf_tests::do_not_optimize(sum);
    return squares.size();
}

PERF_TEST(loop, turn) { return seastar::yield(); }
// end
