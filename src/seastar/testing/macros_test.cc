// A test program of the kind that users write; it runs itself again to see failures counted.
#define SEASTAR_TESTING_MAIN
#include <seastar/core/on_internal_error.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/smp.hh>
#include <seastar/testing/on_internal_error.hh>
#include <seastar/testing/random.hh>
#include <seastar/testing/test_case.hh>
#include <seastar/testing/test_fixture.hh>
#include <seastar/testing/thread_test_case.hh>
#include <seastar/util/log.hh>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

SEASTAR_TEST_CASE(a_future_is_waited_for_on_shard_0) {
    BOOST_REQUIRE_EQUAL(seastar::this_shard_id(), 0u);
    return seastar::sleep(1ms).then([] { BOOST_CHECK_GE(seastar::smp::count, 1u); });
}

SEASTAR_TEST_CASE(decorators_are_passed_on, *boost::unit_test::label("decorated")) {
    return seastar::make_ready_future<>();
}

SEASTAR_THREAD_TEST_CASE(a_thread_can_wait) {
    seastar::sleep(1ms).get();
    BOOST_CHECK_EQUAL(seastar::smp::submit_to(seastar::smp::count - 1, [] { return seastar::this_shard_id(); }).get(),
                      seastar::smp::count - 1);
}

namespace {
struct counted {
    int steps = 0;
    counted() { seastar::sleep(1ms).get(); }
    void setup() { ++steps; }
};
}

SEASTAR_FIXTURE_TEST_CASE(a_fixture_with_a_future, counted) {
    BOOST_CHECK_EQUAL(steps, 1);
    return seastar::sleep(1ms);
}

SEASTAR_FIXTURE_THREAD_TEST_CASE(a_fixture_with_a_thread, counted) {
    seastar::sleep(1ms).get();
    BOOST_CHECK_EQUAL(steps, 1);
}

namespace {
struct server {
    static inline std::vector<std::string> events;
    explicit server(int p) : port(p) {}
    ~server() { events.push_back("destroyed"); }
    seastar::future<> setup() {
        return seastar::sleep(1ms).then([this] { events.push_back("up " + std::to_string(port)); });
    }
    seastar::future<> teardown() {
        return seastar::sleep(1ms).then([] { events.push_back("down"); });
    }
    int port;
};
struct default_server : server {
    default_server() : server(1) {}
};
using strings = std::vector<std::string>;
}

BOOST_AUTO_TEST_SUITE(with_a_server, *seastar::testing::async_fixture<server>(7))
SEASTAR_TEST_CASE(a_suite_has_a_fixture) {
    BOOST_TEST(server::events == strings{"up 7"}, boost::test_tools::per_element());
    return seastar::make_ready_future<>();
}
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(the_fixture_of_a_suite_is_taken_down_behind_it) {
    strings expected{"up 7", "down", "destroyed"};
    BOOST_TEST(std::exchange(server::events, {}) == expected, boost::test_tools::per_element());
}

SEASTAR_FIXTURE_THREAD_TEST_CASE(setup_is_waited_for, default_server) {
    BOOST_TEST(server::events == strings{"up 1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(teardown_is_waited_for) {
    strings expected{"up 1", "down", "destroyed"};
    BOOST_TEST(std::exchange(server::events, {}) == expected, boost::test_tools::per_element());
}

static int set_up_by_function = 0;
static seastar::future<> count_up() {
    return seastar::sleep(1ms).then([] { ++set_up_by_function; });
}
SEASTAR_TEST_CASE(functions_are_fixtures_too, *seastar::testing::async_fixture(count_up, count_up)) {
    BOOST_CHECK_EQUAL(set_up_by_function, 1);
    return seastar::make_ready_future<>();
}
BOOST_AUTO_TEST_CASE(both_functions_of_a_fixture_run) { BOOST_CHECK_EQUAL(set_up_by_function, 2); }

BOOST_AUTO_TEST_CASE_EXPECTED_FAILURES(failures_can_be_expected, 1)
SEASTAR_THREAD_TEST_CASE(failures_can_be_expected) { BOOST_CHECK(false); }

static void waits_and_sets(int& result) {
    seastar::sleep(1ms).get();
    result = 5;
}
BOOST_AUTO_TEST_CASE(a_plain_test_invokes_a_function_in_a_thread) {
    int result = 0;
    SEASTAR_TEST_INVOKE(waits_and_sets, result);
    BOOST_CHECK_EQUAL(result, 5);
}

SEASTAR_THREAD_TEST_CASE(internal_errors_throw_in_scope) {
    seastar::logger log("internal-error-test");
    log.set_level(seastar::log_level::error);
    bool before = seastar::set_abort_on_internal_error(true);
    {
        seastar::testing::scoped_no_abort_on_internal_error scope;
        BOOST_CHECK_THROW(seastar::on_internal_error(log, "expected by the test"), std::runtime_error);
    }
    BOOST_CHECK(seastar::set_abort_on_internal_error(before));
}

SEASTAR_THREAD_TEST_CASE(exceptions_are_judged_by_what_they_say) {
    using namespace seastar::testing::exception_predicate;
    BOOST_CHECK_EXCEPTION(throw std::runtime_error("a text"), std::runtime_error, message_equals("a text"));
    BOOST_CHECK_EXCEPTION(throw std::runtime_error("a text"), std::runtime_error, message_contains("tex"));
    BOOST_CHECK(!message_equals("text")(std::runtime_error("a text")));
    BOOST_CHECK(!message_contains("test")(std::runtime_error("a text")));
}

namespace {
struct printing_fixture {
    void teardown() { std::puts("torn down"); }
};
}
// What the runs below fail with.
SEASTAR_TEST_CASE(fails, *boost::unit_test::disabled()) {
    return seastar::make_exception_future<>(std::runtime_error("on purpose"));
}
SEASTAR_FIXTURE_THREAD_TEST_CASE(fails_in_a_fixture, printing_fixture, *boost::unit_test::disabled()) {
    throw std::runtime_error("on purpose");
}
SEASTAR_THREAD_TEST_CASE(fails_a_check, *boost::unit_test::disabled()) { BOOST_REQUIRE(false); }
SEASTAR_THREAD_TEST_CASE(prints_random_numbers, *boost::unit_test::disabled()) {
    std::printf("drew %lu\n", static_cast<unsigned long>(seastar::testing::local_random_engine()));
}

namespace {
std::pair<int, std::string> run_myself(const std::string& arguments) {
    auto& suite = boost::unit_test::framework::master_test_suite();
    auto* pipe = ::popen((std::string(suite.argv[0]) + " " + arguments + " 2>&1").c_str(), "r");
    std::string out;
    char buffer[1024];
    while (auto n = std::fread(buffer, 1, sizeof(buffer), pipe)) {
        out.append(buffer, n);
    }
    return {::pclose(pipe), out};
}
}

BOOST_AUTO_TEST_CASE(a_failed_future_and_a_failed_check_fail_the_program) {
    auto [status, out] = run_myself("--run_test=fails -- -c1");
    BOOST_CHECK_NE(status, 0);
    BOOST_CHECK_NE(out.find("on purpose"), std::string::npos);
    BOOST_CHECK_NE(run_myself("--run_test=fails_a_check -- -c1").first, 0);
    BOOST_CHECK_EQUAL(run_myself("--run_test=a_thread_can_wait -- -c1").first, 0);
}

BOOST_AUTO_TEST_CASE(a_fixture_is_torn_down_behind_a_failure) {
    auto [status, out] = run_myself("--run_test=fails_in_a_fixture -- -c1");
    BOOST_CHECK_NE(status, 0);
    BOOST_CHECK_NE(out.find("on purpose"), std::string::npos);
    BOOST_CHECK_NE(out.find("torn down"), std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_same_seed_draws_the_same_numbers) {
    auto line = [](const std::string& out) { return out.substr(out.find("drew"), out.find('\n', out.find("drew"))); };
    auto a = run_myself("--run_test=prints_random_numbers -- -c1 --random-seed 5 --default-log-level warn").second;
    auto b = run_myself("--run_test=prints_random_numbers -- -c1 --random-seed 5 --default-log-level warn").second;
    auto c = run_myself("--run_test=prints_random_numbers -- -c1 --random-seed 6 --default-log-level warn").second;
    BOOST_REQUIRE_NE(a.find("drew"), std::string::npos);
    BOOST_CHECK_EQUAL(line(a), line(b));
    BOOST_CHECK_NE(line(a), line(c));
}

BOOST_AUTO_TEST_CASE(shards_that_cannot_start_fail_the_tests) {
    BOOST_CHECK_NE(run_myself("--run_test=a_thread_can_wait -- -m 1000000G").first, 0);
}
