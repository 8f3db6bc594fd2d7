#include <seastar/testing/seastar_test.hh>

#include <string_view>

namespace seastar::testing {

namespace exception_predicate {

std::function<bool(const std::exception&)> message_equals(std::string_view expected) {
    return [expected = std::string(expected)](const std::exception& e) {
        bool equal = expected == e.what();
        if (!equal) {
            BOOST_TEST_MESSAGE("expected \"" << expected << "\", and it says \"" << e.what() << "\"");
        }
        return equal;
    };
}

std::function<bool(const std::exception&)> message_contains(std::string_view expected) {
    return [expected = std::string(expected)](const std::exception& e) {
        bool contained = std::string_view(e.what()).find(expected) != std::string_view::npos;
        if (!contained) {
            BOOST_TEST_MESSAGE("expected \"" << expected << "\" in \"" << e.what() << "\"");
        }
        return contained;
    };
}

}

void seastar_test::run() const {
    global_test_runner().run_sync([this] { return run_test_case(); });
}

}
