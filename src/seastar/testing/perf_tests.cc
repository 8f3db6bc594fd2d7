#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/testing/perf_tests.hh>

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iostream>
#include <optional>
#include <regex>
#include <vector>

namespace perf_tests {

namespace {

using seastar::steady_clock_type;

/// What one run has measured. On shard 0.
struct measurement {
    steady_clock_type::time_point run_start;
    std::optional<steady_clock_type::duration> counted; ///< between start_ and stop_measuring_time()
    steady_clock_type::time_point start;
};
constinit thread_local measurement* current = nullptr;

steady_clock_type::time_point now() noexcept {
    return steady_clock_type::now(); // tidy-allow(clock): real time is what a benchmark measures
}

struct config {
    std::chrono::duration<double> duration;
    unsigned runs;
    std::regex selected;
    bool list;
    config() = default;
};

/// Nanoseconds for one operation.
struct result {
    size_t iterations;
    double median, mad, min, max;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    auto n = values.size();
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

std::vector<std::unique_ptr<internal::performance_test>>& all_tests() {
    static std::vector<std::unique_ptr<internal::performance_test>> tests; // tidy-allow(global): filled before main()
    return tests;
}

struct timed {
    double nanoseconds; ///< measured
    double elapsed;     ///< all of the run
    size_t operations;
};

seastar::future<timed> time_run(internal::performance_test& test, size_t times) {
    measurement m;
    current = &m;
    m.run_start = now();
    auto operations = co_await test.run(times);
    auto end = now();
    current = nullptr;
    std::chrono::duration<double, std::nano> all = end - m.run_start, counted = m.counted.value_or(end - m.run_start);
    co_return timed{counted.count(), all.count(), std::max<size_t>(operations, 1)};
}

/// How often the body has to run to take that long; runs it on the way, so that caches are warm afterwards.
seastar::future<size_t> calibrate(internal::performance_test& test, double wanted) {
    for (size_t times = 1;; times *= 4) {
        auto t = co_await time_run(test, times);
        if (t.elapsed >= wanted / 10) {
            co_return std::max<size_t>(1, static_cast<size_t>(static_cast<double>(times) * wanted / t.elapsed));
        }
    }
}

seastar::future<result> measure(internal::performance_test& test, const config& c) {
    double wanted = c.duration.count() * 1e9;
    test.set_up();
    auto times = co_await calibrate(test, wanted);
    test.tear_down();
    std::vector<double> per_operation;
    result r{};
    for (unsigned i = 0; i < c.runs; ++i) {
        test.set_up();
        auto t = co_await time_run(test, times);
        test.tear_down();
        per_operation.push_back(t.nanoseconds / static_cast<double>(t.operations));
        r.iterations = t.operations;
    }
    r.median = median(per_operation);
    auto [min, max] = std::minmax_element(per_operation.begin(), per_operation.end());
    r.min = *min;
    r.max = *max;
    for (auto& v : per_operation) {
        v = std::abs(v - r.median);
    }
    r.mad = median(per_operation);
    co_return r;
}

seastar::future<> measure_all(const config& c) {
    auto line = [](auto... columns) {
        std::cout << fmt::format("{:<40} {:>12} {:>12} {:>12} {:>12} {:>12}\n", columns...) << std::flush;
    };
    if (!c.list) {
        line("test", "iterations", "median ns", "mad ns", "min ns", "max ns");
    }
    for (auto& test : all_tests()) {
        auto name = test->name();
        if (!std::regex_search(name, c.selected)) {
            continue;
        }
        if (c.list) {
            std::cout << name << "\n";
            continue;
        }
        auto r = co_await measure(*test, c);
        auto number = [](double ns) { return fmt::format("{:.3f}", ns); };
        line(name, std::to_string(r.iterations), number(r.median), number(r.mad), number(r.min), number(r.max));
    }
}

}

void start_measuring_time() {
    if (current) {
        current->start = now();
    }
}

void stop_measuring_time() {
    if (current) {
        current->counted = current->counted.value_or(steady_clock_type::duration()) + (now() - current->start);
    }
}

namespace internal {

void performance_test::register_test(std::unique_ptr<performance_test> test) {
    auto& tests = all_tests();
    auto at = std::upper_bound(tests.begin(), tests.end(), test,
                               [](auto& a, auto& b) { return a->name() < b->name(); });
    tests.insert(at, std::move(test));
}

int run_all(int argc, char** argv) {
    namespace bpo = boost::program_options;
    seastar::app_template app;
    app.add_options()("duration,d", bpo::value<double>()->default_value(1), "seconds that a run takes")(
        "runs,r", bpo::value<unsigned>()->default_value(5), "how many runs the median is of")(
        "tests,t", bpo::value<std::string>()->default_value(""), "regular expression: those whose names have it")(
        "list", "print the names");
    // A body that waits for nothing has the shard for itself: that is no stall.
    app.options().reactor_opts.blocked_reactor_notify_ms.set_default_value(0);
    config c;
    return app.run(argc, argv, [&] {
        auto& given = app.configuration();
        c.duration = std::chrono::duration<double>(given["duration"].as<double>());
        c.runs = std::max(1u, given["runs"].as<unsigned>());
        c.selected = std::regex(given["tests"].as<std::string>());
        c.list = given.count("list") != 0;
        return measure_all(c);
    });
}

}
}
