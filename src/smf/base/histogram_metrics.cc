/// The histogram in the form of the metrics registry.
#include <smf/histogram.h>

#include <seastar/core/metrics_types.hh>

#include <algorithm>

namespace smf {

seastar::metrics::histogram histogram::seastar_histogram_logform() const {
    constexpr size_t bucket_count = 26;
    seastar::metrics::histogram out;
    out.sample_count = _total;
    out.sample_sum = static_cast<double>(sum());
    out.buckets.resize(bucket_count);
    uint64_t seen = 0;
    size_t i = 0;
    int64_t bound = 10;
    for (auto& bucket : out.buckets) {
        // A counter belongs to the bucket that holds all of its values.
        for (; i < _counts.size() && highest_value_at(i) <= bound; ++i) {
            seen += _counts[i];
        }
        bucket.upper_bound = static_cast<double>(bound);
        bucket.count = seen;
        bound *= 2;
    }
    return out;
}

}
