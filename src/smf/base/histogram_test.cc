#include <smf/histogram.h>

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

namespace smf {
namespace {

TEST(Histogram, AnswersZeroWhenEmpty) {
    histogram h;
    EXPECT_EQ(h.value_at(50), 0);
    EXPECT_EQ(h.mean(), 0);
    EXPECT_EQ(h.stddev(), 0);
    EXPECT_EQ(h.min(), 0);
    EXPECT_EQ(h.max(), 0);
}

TEST(Histogram, KeepsSmallValuesExactly) {
    histogram h;
    for (int64_t v = 1; v <= 2047; ++v) {
        h.record(v);
    }
    for (int64_t v = 1; v <= 2047; ++v) {
        EXPECT_EQ(h.value_at(100.0 * static_cast<double>(v) / 2047), v);
    }
}

TEST(Histogram, KeepsThreeDigitsOverTheWholeRange) {
    for (int64_t v = 1; v < histogram::default_max; v += v / 7 + 1) {
        histogram h;
        h.record(v);
        h.record(2 * v + 5); // so that the answer is not clipped to the largest value
        auto error = std::abs(static_cast<double>(h.value_at(50) - v)) / static_cast<double>(v);
        EXPECT_LE(error, 0.001) << v;
    }
}

TEST(Histogram, TakesAsMuchMemoryAsItsRangeNeeds) {
    EXPECT_EQ(histogram().memory_size() - sizeof(histogram), 188416u);
    EXPECT_LT(histogram(1000000).memory_size(), 100000u);
}

TEST(Histogram, CountsValuesAboveItsRangeAtItsEnd) {
    histogram h(100000);
    h.record(INT64_MAX);
    h.record(-5);
    EXPECT_EQ(h.count(), 2u);
    EXPECT_EQ(h.max(), 100000);
    EXPECT_EQ(h.min(), 0);
}

TEST(Histogram, ComputesMeanAndDeviation) {
    histogram h;
    for (int64_t v = 1; v <= 1000; ++v) {
        h.record(v);
    }
    EXPECT_NEAR(h.mean(), 500.5, 0.01);
    EXPECT_NEAR(h.stddev(), 288.67, 0.01);
    EXPECT_EQ(h.value_at(0), 1);
    EXPECT_EQ(h.value_at(100), 1000);
}

TEST(Histogram, CorrectsForOmittedRequests) {
    histogram h;
    h.record_corrected(1000, 100);
    EXPECT_EQ(h.count(), 10u);
    EXPECT_NEAR(h.mean(), 550, 0.01);
    h.record_corrected(50, 100);
    EXPECT_EQ(h.count(), 11u);
}

TEST(Histogram, MergesCountsAndExtremes) {
    histogram a;
    histogram b(1000);
    a.record_multiple_times(10, 100);
    a.record(5000000);
    b.record_multiple_times(1000, 300);
    b += a;
    EXPECT_EQ(b.count(), 401u);
    EXPECT_EQ(b.value_at(20), 10);
    EXPECT_EQ(b.max(), 2048); // the end of the smallest range there is
    a += histogram();
    EXPECT_EQ(a.count(), 101u);
}

TEST(Histogram, PrintsThePercentilesThatItNames) {
    histogram h;
    for (int64_t v = 1; v <= 1000; ++v) {
        h.record(v);
    }
    std::ostringstream out;
    out << h;
    EXPECT_EQ(out.str(), "smf::histogram={p50=500μs,p99=990μs,p999=999μs}");
}

TEST(Histogram, PrintsATableThatEndsAtTheLargestValue) {
    histogram h;
    for (int64_t v = 1; v <= 100; ++v) {
        h.record(v * v);
    }
    char* text = nullptr;
    size_t size = 0;
    auto file = open_memstream(&text, &size);
    EXPECT_EQ(h.print(file), 0);
    std::fclose(file);
    std::istringstream in(std::string(text, size));
    std::free(text);
    std::string line;
    std::getline(in, line);
    EXPECT_NE(line.find("Percentile"), std::string::npos);
    std::getline(in, line);
    double last_percentile = -1;
    uint64_t last_count = 0;
    while (std::getline(in, line) && line[0] != '#') {
        std::istringstream fields(line);
        double value, percentile;
        uint64_t count;
        ASSERT_TRUE(fields >> value >> percentile >> count) << line;
        EXPECT_GT(percentile, last_percentile) << line;
        EXPECT_GE(count, last_count) << line;
        EXPECT_LE(percentile * 100, 100 * static_cast<double>(count) / 100 + 1e-9) << line;
        last_percentile = percentile;
        last_count = count;
    }
    EXPECT_EQ(last_count, 100u);
    EXPECT_EQ(last_percentile, 1.0);
    EXPECT_NE(line.find("Mean"), std::string::npos);
}

TEST(Histogram, MeasuresAScopeUnlessToldNotTo) {
    histogram h;
    {
        auto m = h.auto_measure();
    }
    {
        auto m = h.auto_measure();
        m->set_trace(false);
    }
    EXPECT_EQ(h.count(), 1u);
}

}
}
