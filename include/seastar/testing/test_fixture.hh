/// Fixtures that wait for futures. What a fixture is: a class, made and destroyed in a seastar::thread on shard 0; its
/// setup() and teardown(), if it has them, are called there after and before that, and a future that they return is
/// waited for. teardown() runs however the test ended.
///
/// A test as a member of its fixture:
///
///     struct with_file { seastar::tmp_file file; seastar::future<> setup(); ... };
///     SEASTAR_FIXTURE_THREAD_TEST_CASE(is_empty, with_file) { BOOST_CHECK_EQUAL(file.size().get(), 0); }
///
/// As a decorator, around one test or a whole suite:
///
///     BOOST_AUTO_TEST_SUITE(with_server, *seastar::testing::async_fixture<server>(port))
#pragma once

#include <seastar/core/thread.hh>
#include <seastar/testing/seastar_test.hh>

#include <memory>
#include <tuple>

namespace seastar::testing {

template <typename Fixture>
void setup_fixture(Fixture& fixture) {
    if constexpr (requires { fixture.setup(); }) {
        futurize_invoke([&] { return fixture.setup(); }).get();
    }
}
template <typename Fixture>
void teardown_fixture(Fixture& fixture) {
    if constexpr (requires { fixture.teardown(); }) {
        futurize_invoke([&] { return fixture.teardown(); }).get();
    }
}

/// Makes a Test, which derives from its fixture, and runs its body between setup() and teardown().
template <typename Test>
void run_fixture_test() {
    global_test_runner().run_sync([] {
        return async([] {
            Test test;
            setup_fixture(test);
            auto done = futurize_invoke([&] { return test.test_body(); });
            done.wait();
            try {
                teardown_fixture(test);
            } catch (...) {
                if (!done.failed()) {
                    throw;
                }
            }
            done.get(); // the test's own failure goes first
        });
    });
}

/// Implements async_fixture().
template <typename Fixture, typename... Args>
class async_class_based_fixture final : public boost::unit_test::test_unit_fixture {
    std::tuple<Args...> _args;
    std::unique_ptr<Fixture> _fixture;

    void setup() override {
        global_test_runner().run_sync([this] {
            return async([this] {
                _fixture = std::apply([](auto&... args) { return std::make_unique<Fixture>(args...); }, _args);
                setup_fixture(*_fixture);
            });
        });
    }
    void teardown() override {
        global_test_runner().run_sync([this] {
            return async([this] {
                auto fixture = std::move(_fixture);
                teardown_fixture(*fixture);
            });
        });
    }

public:
    template <typename... A>
    explicit async_class_based_fixture(A&&... args) : _args(std::forward<A>(args)...) {}
};

using fixture_function = std::function<future<>()>;

/// Implements async_func_fixture().
class async_function_based_fixture final : public boost::unit_test::test_unit_fixture {
    fixture_function _setup;
    fixture_function _teardown;

    static void run(const fixture_function& func) {
        if (func) {
            global_test_runner().run_sync([&func] { return async([&func] { func().get(); }); });
        }
    }
    void setup() override { run(_setup); }
    void teardown() override { run(_teardown); }

public:
    async_function_based_fixture(fixture_function setup, fixture_function teardown)
        : _setup(std::move(setup)), _teardown(std::move(teardown)) {}
};

/// The decorator. Each use makes a Fixture from copies of args.
template <typename Fixture, typename... Args>
boost::unit_test::decorator::fixture_t async_fixture(Args&&... args) {
    using fixture = async_class_based_fixture<Fixture, std::decay_t<Args>...>;
    return boost::unit_test::decorator::fixture_t(boost::make_shared<fixture>(std::forward<Args>(args)...));
}
/// The same with functions, which run in a seastar::thread on shard 0. Either may be empty.
inline boost::unit_test::decorator::fixture_t async_func_fixture(fixture_function setup,
                                                                 fixture_function teardown = {}) {
    return boost::unit_test::decorator::fixture_t(
        boost::make_shared<async_function_based_fixture>(std::move(setup), std::move(teardown)));
}
inline boost::unit_test::decorator::fixture_t async_fixture(fixture_function setup, fixture_function teardown = {}) {
    return async_func_fixture(std::move(setup), std::move(teardown));
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

/// The body returns a future. Behind the fixture: decorators of Boost.Test.
#define SEASTAR_FIXTURE_TEST_CASE(name, fixture, ...)                                                                  \
    SEASTAR_FIXTURE_TEST(name, fixture, seastar::future<> __VA_OPT__(, ) __VA_ARGS__)
/// The body runs in the thread.
#define SEASTAR_FIXTURE_THREAD_TEST_CASE(name, fixture, ...)                                                           \
    SEASTAR_FIXTURE_TEST(name, fixture, void __VA_OPT__(, ) __VA_ARGS__)
