// The guide's page about tests: a test suite.
// snippet: main
#define SEASTAR_TESTING_MAIN // in one file of the program
#include <seastar/testing/test_case.hh>
#include <seastar/testing/thread_test_case.hh>
// end
#include <seastar/core/sharded.hh>
#include <seastar/core/sleep.hh>
#include <seastar/testing/random.hh>
#include <seastar/testing/test_fixture.hh>
#include <seastar/util/alloc_failure_injector.hh>
#include <seastar/util/defer.hh>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

class counter {
    unsigned _count = 0;

public:
    unsigned add(unsigned n) { return _count += n; }
    seastar::future<> stop() { return seastar::make_ready_future<>(); }
};

// snippet: cases
SEASTAR_TEST_CASE(a_sleep_takes_its_time) { // returns a future; may be a coroutine
    auto begin = seastar::steady_clock_type::now();
    return seastar::sleep(1ms).then([begin] { BOOST_CHECK(seastar::steady_clock_type::now() - begin >= 1ms); });
}

SEASTAR_THREAD_TEST_CASE(counters_add_up) { // in a seastar::thread: get() waits
    seastar::sharded<counter> counters;
    counters.start().get();
    auto n = std::uniform_int_distribution<unsigned>(1, 9)(seastar::testing::local_random_engine);
    counters.invoke_on_all([n](counter& c) { c.add(n); }).get();
    auto sum = counters.map_reduce0([](counter& c) { return c.add(0); }, 0u, std::plus<unsigned>()).get();
    BOOST_REQUIRE_EQUAL(sum, n * seastar::smp::count);
    counters.stop().get();
}
// end

// snippet: failures
/// Adds both or none.
void add_both(std::vector<std::string>& names, std::string a, std::string b) {
    names.reserve(names.size() + 2); // the only thing here that can fail
    names.push_back(std::move(a));
    names.push_back(std::move(b));
}

SEASTAR_THREAD_TEST_CASE(both_are_added_or_none_whatever_fails) {
    seastar::memory::with_allocation_failures([] {
        std::vector<std::string> names;
        auto add = [&names] { add_both(names, std::string(100, 'a'), std::string(100, 'b')); };
        auto check = seastar::defer([&names]() noexcept { BOOST_CHECK(names.empty() || names.size() == 2); });
        add();
    });
}
// end

// snippet: fixture
struct with_counters {
    seastar::sharded<counter> counters;
    seastar::future<> setup() { return counters.start(); }
    seastar::future<> teardown() { return counters.stop(); } // however the test ended
};

SEASTAR_FIXTURE_THREAD_TEST_CASE(every_shard_has_a_counter, with_counters) {
    auto last = seastar::smp::count - 1;
    BOOST_CHECK_EQUAL(counters.invoke_on(last, &counter::add, 2).get(), 2u);
}
// end

}
