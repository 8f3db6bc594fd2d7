/// Micro benchmarks of what runs on a shard. The library seastar_perf_testing has the main().
///
///     struct table { std::map<int, int> map = make(); };
///     PERF_TEST_F(table, find) { perf_tests::do_not_optimize(map.find(7)); }
///     PERF_TEST(tables, fill) { ...; return n; }            // n: how many operations that was
///     PERF_TEST_C(table, scan) { co_await ...; }            // a coroutine
///     PERF_TEST_CN(table, scan_all) { ...; co_return n; }   // one that says how many
///
/// The result of a body is nothing, a count, a future<> or a future<size_t>. What is printed is the time for one.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/loop.hh>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>

namespace perf_tests {

/// Only what happens between the two counts, if they are called at all; they cost about 50 ns together.
void start_measuring_time();
void stop_measuring_time();

/// The compiler has to compute the value.
template <typename T>
void do_not_optimize(const T& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

namespace internal {

/// One benchmark. Made before main(), which runs them all in the order of their names.
class performance_test {
    std::string _group;
    std::string _name;

public:
    performance_test(const char* group, const char* name) : _group(group), _name(name) {}
    virtual ~performance_test() = default;
    std::string name() const { return _group + "." + _name; }
    virtual void set_up() = 0;
    virtual void tear_down() = 0;
    /// Runs the body that many times; how many operations that was.
    virtual seastar::future<size_t> run(size_t times) = 0;

    static void register_test(std::unique_ptr<performance_test> test);
};

/// Runs the program's benchmarks as its arguments say; the exit status.
int run_all(int argc, char** argv);

template <typename Test>
class concrete_performance_test final : public performance_test {
    std::unique_ptr<Test> _test;

public:
    using performance_test::performance_test;
    void set_up() override { _test = std::make_unique<Test>(); }
    void tear_down() override { _test.reset(); }
    seastar::future<size_t> run(size_t times) override {
        using result = decltype(_test->run());
        if constexpr (std::is_void_v<result>) {
            for (size_t i = 0; i < times; ++i) {
                _test->run();
            }
            return seastar::make_ready_future<size_t>(times);
        } else if constexpr (std::integral<result>) {
            size_t operations = 0;
            for (size_t i = 0; i < times; ++i) {
                operations += static_cast<size_t>(_test->run());
            }
            return seastar::make_ready_future<size_t>(operations);
        } else {
            return seastar::do_with(size_t(0), size_t(0), [this, times](size_t& i, size_t& operations) {
                auto body = [this, &i, &operations] {
                    ++i;
                    if constexpr (std::is_same_v<result, seastar::future<>>) {
                        ++operations;
                        return _test->run();
                    } else {
                        return _test->run().then([&operations](size_t n) { operations += n; });
                    }
                };
                return seastar::do_until([&i, times] { return i == times; }, std::move(body)).then([&operations] {
                    return operations;
                });
            });
        }
    }
};

struct no_fixture {};

template <typename Test>
struct test_registration {
    test_registration(const char* group, const char* name) {
        performance_test::register_test(std::make_unique<concrete_performance_test<Test>>(group, name));
    }
};

}
}

// The body is defined behind the registration, which needs its type at the end of the file only.
#define SEASTAR_PERF_TEST(fixture, group, name, result)                                                                \
    struct group##_##name##_perf_test : fixture {                                                                      \
        inline result run();                                                                                           \
    };                                                                                                                 \
    static perf_tests::internal::test_registration<group##_##name##_perf_test> group##_##name##_registration(#group,   \
                                                                                                             #name);   \
    result group##_##name##_perf_test::run()

/// Without a fixture, in a group of this name.
#define PERF_TEST(group, name) SEASTAR_PERF_TEST(perf_tests::internal::no_fixture, group, name, auto)
/// A member of a fixture, which is made anew for each measurement, in a group of its name.
#define PERF_TEST_F(fixture, name) SEASTAR_PERF_TEST(fixture, fixture, name, auto)
#define PERF_TEST_C(fixture, name) SEASTAR_PERF_TEST(fixture, fixture, name, seastar::future<>)
#define PERF_TEST_CN(fixture, name) SEASTAR_PERF_TEST(fixture, fixture, name, seastar::future<size_t>)
