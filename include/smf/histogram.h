/// A histogram of latencies with a bounded relative error: HdrHistogram's log-linear layout, written for this library.
///
/// Values up to 2047 have a counter each; from there on every doubling of the value has 1024 counters, so that a value
/// is known to three significant digits. With the default range (1 us to 1 hour) that is 184 KiB, allocated at once.
#pragma once

#include <seastar/core/shared_ptr.hh>

#include <cstdint>
#include <cstdio>
#include <iosfwd>
#include <memory>
#include <vector>

namespace seastar::metrics {
struct histogram;
}

namespace smf {

class histogram_measure;

/// Lives on one shard. Values are microseconds by custom; anything that counts will do.
class histogram {
public:
    static constexpr int64_t default_max = 3'600'000'000; ///< one hour in microseconds
    static constexpr int significant_digits = 3;

    static seastar::lw_shared_ptr<histogram> make_lw_shared(int64_t max_value = default_max);
    static std::unique_ptr<histogram> make_unique(int64_t max_value = default_max);
    explicit histogram(int64_t max_value = default_max);
    histogram(const histogram&) = default;
    histogram& operator=(const histogram&) = default;

    /// Values above the range count as its end, values below 1 as 0.
    void record(int64_t value) noexcept {
        if (value < 0 || value >= counter_each_end) [[unlikely]] {
            return record_multiple_times(value, 1);
        }
        ++_counts[static_cast<size_t>(value)];
        ++_total;
        _min = value < _min ? value : _min;
        _max = value > _max ? value : _max;
    }
    void record_multiple_times(int64_t value, uint64_t times) noexcept;
    /// For a load that waits for its replies: a value above the expected interval stands also for the requests that
    /// could not be sent meanwhile (value - interval, value - 2 x interval ...).
    void record_corrected(int64_t value, int64_t expected_interval) noexcept;

    /// The value that `percentile` percent (0 to 100) of all values do not exceed, to the nearest value; 0 when empty.
    int64_t value_at(double percentile) const noexcept;
    double mean() const noexcept;
    double stddev() const noexcept;
    int64_t min() const noexcept; ///< 0 when empty
    int64_t max() const noexcept; ///< 0 when empty
    uint64_t count() const noexcept { return _total; }
    uint64_t sum() const noexcept; ///< to three digits
    size_t memory_size() const noexcept;

    /// Adds all values of the other one; those above this one's range count as its end.
    histogram& operator+=(const histogram&) noexcept;

    /// Records the time from now to the destruction of what it returns. Requires: this outlives it.
    std::unique_ptr<histogram_measure> auto_measure();

    /// The percentile table that HdrHistogram's plotting tools read. 0, or -1 with errno set.
    int print(std::FILE*) const;
    /// 26 buckets for the metrics registry: 10, 20, 40 ... 335,544,320 us.
    seastar::metrics::histogram seastar_histogram_logform() const;

private:
    static constexpr int64_t counter_each_end = 2048; ///< values below have a counter each, in every histogram
    friend int print_percentiles(const histogram&, std::FILE*);
    size_t index_of(int64_t value) const noexcept;
    static int64_t lowest_value_at(size_t index) noexcept;
    static int64_t highest_value_at(size_t index) noexcept;

    int64_t _range_end;
    uint64_t _total = 0;
    int64_t _min = INT64_MAX;
    int64_t _max = 0;
    std::vector<uint64_t> _counts;
};
/// smf::histogram={p50=12us,p99=40us,p999=90us}, with the sign for micro
std::ostream& operator<<(std::ostream&, const histogram&);

/// Shard: the histogram's.
class histogram_measure {
    histogram* _histogram;
    int64_t _begin;
    bool _trace = true;

public:
    explicit histogram_measure(histogram&) noexcept;
    histogram_measure(const histogram_measure&) = delete;
    histogram_measure& operator=(const histogram_measure&) = delete;
    ~histogram_measure();
    /// false: nothing is recorded.
    void set_trace(bool b) noexcept { _trace = b; }
};

}
