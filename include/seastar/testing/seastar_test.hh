/// What all test macros need; see test_case.hh and thread_test_case.hh. A program that defines SEASTAR_TESTING_MAIN before
/// it includes them gets a main().
#pragma once

#ifndef BOOST_TEST_DYN_LINK
#define BOOST_TEST_DYN_LINK
#endif
#ifndef BOOST_TEST_NO_MAIN
#define BOOST_TEST_NO_MAIN
#endif

#include <seastar/core/future.hh>
#include <seastar/testing/entry_point.hh>
#include <seastar/testing/test_runner.hh>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

#ifdef SEASTAR_TESTING_MAIN
int main(int argc, char** argv) { return seastar::testing::entry_point(argc, argv); }
#endif

namespace seastar::testing {

/// For BOOST_CHECK_EXCEPTION and its like: predicates on what an exception says.
namespace exception_predicate {
std::function<bool(const std::exception&)> message_equals(std::string expected);
std::function<bool(const std::exception&)> message_contains(std::string expected);
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
