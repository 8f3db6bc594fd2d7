/// Histograms as metrics carry them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace seastar::metrics {

struct histogram_bucket {
    uint64_t count = 0;     ///< observations not above the bound: cumulative
    double upper_bound = 0; ///< included
};

/// For Prometheus' native histograms; carried, not exposed in the text format.
struct native_histogram_info {
    int32_t schema;
    int32_t min_id;
};

struct histogram {
    uint64_t sample_count = 0;
    double sample_sum = 0;
    std::vector<histogram_bucket> buckets; ///< by rising bounds
    std::optional<native_histogram_info> native_histogram;

    /// Adds another one, bucket by bucket. Throws std::out_of_range when the bounds differ.
    histogram& operator+=(const histogram& other);
    histogram operator+(const histogram& other) const {
        histogram sum = *this;
        sum += other;
        return sum;
    }
};

}
