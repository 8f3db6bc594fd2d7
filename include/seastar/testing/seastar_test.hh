/// What all test macros need; see test_case.hh and thread_test_case.hh. A program that defines SEASTAR_TESTING_MAIN
/// before it includes them, in one of its files, gets a main().
#pragma once

#include <seastar/core/thread.hh>
#include <seastar/testing/entry_point.hh>
#include <seastar/testing/internal/boost_test.hh>
#include <seastar/testing/test_runner.hh>

#include <fmt/format.h> // for programs that include nothing else

#include <functional>
#include <ranges> // the same
#include <string_view>

#ifdef SEASTAR_TESTING_MAIN
int main(int argc, char** argv) { return seastar::testing::entry_point(argc, argv); }
#endif

namespace seastar::testing {

/// For BOOST_CHECK_EXCEPTION and its like: predicates on what an exception says.
namespace exception_predicate {
std::function<bool(const std::exception&)> message_equals(std::string_view expected);
std::function<bool(const std::exception&)> message_contains(std::string_view expected);
}

/// A test whose body returns a future. run() runs the body on shard 0 and waits.
class seastar_test {
public:
    virtual ~seastar_test() = default;
    virtual const char* get_test_file() const = 0;
    virtual const char* get_name() const = 0;
    virtual future<> run_test_case() const = 0;
    void run() const;
};

}

/// Calls func(args...) of a test of Boost.Test's own, with BOOST_AUTO_TEST_CASE say, in a seastar::thread on shard 0.
#define SEASTAR_TEST_INVOKE(func, ...)                                                                                 \
    seastar::testing::global_test_runner().run_sync(                                                                   \
        [&] { return seastar::async([&] { func(__VA_ARGS__); }); })
