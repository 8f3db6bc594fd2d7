/// The counters of the histogram and what is read from them; histogram_print.cc writes the table.
///
/// Index of a value v: below 2048 it is v. Above, with k = bits of v less 11, the value's top 11 bits are v >> k (1024
/// to 2047), and its 1024 counters of that doubling start at 1024 * (k + 1).
#include <smf/histogram.h>

#include <seastar/core/lowres_clock.hh>

#include <algorithm>
#include <bit>
#include <cmath>
#include <ostream>

namespace smf {

namespace {

constexpr int sub_bits = 11;                     // 2 * 10^3 values in 2048 counters: three digits
constexpr int64_t sub_count = 1 << sub_bits;     // the first doublings together
constexpr int64_t half_count = sub_count / 2;    // every further one

int shift_of(int64_t value) noexcept {
    auto bits = static_cast<int>(std::bit_width(static_cast<uint64_t>(value)));
    return std::max(0, bits - sub_bits);
}

size_t index_in_table(int64_t value) noexcept {
    if (value < sub_count) [[likely]] {
        return static_cast<size_t>(value);
    }
    auto shift = shift_of(value);
    return static_cast<size_t>((value >> shift) + half_count * shift);
}

int64_t now_us() noexcept {
    auto now = seastar::lowres_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}

histogram::histogram(int64_t max_value) : _range_end(std::max<int64_t>(max_value, sub_count)) {
    static_assert(counter_each_end == sub_count);
    // Whole doublings, as many as cover the range.
    _counts.resize(static_cast<size_t>(half_count * (shift_of(_range_end) + 2)));
}

seastar::lw_shared_ptr<histogram> histogram::make_lw_shared(int64_t max_value) {
    return seastar::make_lw_shared<histogram>(max_value);
}

std::unique_ptr<histogram> histogram::make_unique(int64_t max_value) {
    return std::make_unique<histogram>(max_value);
}

size_t histogram::index_of(int64_t value) const noexcept {
    return index_in_table(std::clamp<int64_t>(value, 0, _range_end));
}

int64_t histogram::lowest_value_at(size_t index) noexcept {
    auto i = static_cast<int64_t>(index);
    if (i < sub_count) {
        return i;
    }
    auto shift = i / half_count - 1;
    return (i - half_count * shift) << shift;
}

int64_t histogram::highest_value_at(size_t index) noexcept {
    return lowest_value_at(index + 1) - 1;
}

void histogram::record_multiple_times(int64_t value, uint64_t times) noexcept {
    if (times == 0) {
        return;
    }
    value = std::clamp<int64_t>(value, 0, _range_end);
    _counts[index_in_table(value)] += times;
    _total += times;
    _min = std::min(_min, value);
    _max = std::max(_max, value);
}

void histogram::record_corrected(int64_t value, int64_t expected_interval) noexcept {
    record(value);
    if (expected_interval <= 0) {
        return;
    }
    for (auto missing = value - expected_interval; missing >= expected_interval; missing -= expected_interval) {
        record(missing);
    }
}

int64_t histogram::value_at(double percentile) const noexcept {
    if (_total == 0) {
        return 0;
    }
    auto wanted = std::clamp(percentile, 0.0, 100.0) / 100 * static_cast<double>(_total);
    auto rank = std::clamp<uint64_t>(static_cast<uint64_t>(wanted + 0.5), 1, _total);
    uint64_t seen = 0;
    for (auto i = index_of(_min);; ++i) {
        seen += _counts[i];
        if (seen >= rank) {
            return std::min(highest_value_at(i), _max);
        }
    }
}

double histogram::mean() const noexcept {
    if (_total == 0) {
        return 0;
    }
    double sum = 0;
    for (size_t i = index_of(_min), end = index_of(_max); i <= end; ++i) {
        auto middle = static_cast<double>(lowest_value_at(i) + highest_value_at(i)) / 2;
        sum += middle * static_cast<double>(_counts[i]);
    }
    return sum / static_cast<double>(_total);
}

double histogram::stddev() const noexcept {
    if (_total == 0) {
        return 0;
    }
    auto m = mean();
    double squares = 0;
    for (size_t i = index_of(_min), end = index_of(_max); i <= end; ++i) {
        auto distance = static_cast<double>(lowest_value_at(i) + highest_value_at(i)) / 2 - m;
        squares += distance * distance * static_cast<double>(_counts[i]);
    }
    return std::sqrt(squares / static_cast<double>(_total));
}

int64_t histogram::min() const noexcept {
    return _total ? _min : 0;
}

int64_t histogram::max() const noexcept {
    return _max;
}

uint64_t histogram::sum() const noexcept {
    return static_cast<uint64_t>(mean() * static_cast<double>(_total));
}

size_t histogram::memory_size() const noexcept {
    return sizeof(*this) + _counts.size() * sizeof(_counts[0]);
}

histogram& histogram::operator+=(const histogram& other) noexcept {
    if (other._total == 0) {
        return *this;
    }
    for (size_t i = other.index_of(other._min), end = other.index_of(other._max); i <= end; ++i) {
        if (auto n = other._counts[i]) {
            _counts[index_of(lowest_value_at(i))] += n;
        }
    }
    _total += other._total;
    _min = std::min(_min, std::min(other._min, _range_end));
    _max = std::max(_max, std::min(other._max, _range_end));
    return *this;
}

std::unique_ptr<histogram_measure> histogram::auto_measure() {
    return std::make_unique<histogram_measure>(*this);
}

std::ostream& operator<<(std::ostream& o, const histogram& h) {
    return o << "smf::histogram={p50=" << h.value_at(50) << "μs,p99=" << h.value_at(99)
             << "μs,p999=" << h.value_at(99.9) << "μs}";
}

histogram_measure::histogram_measure(histogram& h) noexcept : _histogram(&h), _begin(now_us()) {}

histogram_measure::~histogram_measure() {
    if (_trace) {
        _histogram->record(now_us() - _begin);
    }
}

}
