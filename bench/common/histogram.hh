/// Log-linear histogram of latencies: 64 linear buckets in every power of two, so a value read back is off by at most
/// 1.6 %.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bench {

/// Nanoseconds from 0 to about 69 s; longer ones count as that.
class histogram {
public:
    void record(int64_t nanoseconds) {
        ++_counts[bucket(nanoseconds < 0 ? 0 : uint64_t(nanoseconds))];
        ++_total;
    }

    /// The middle of the bucket in which the given share (0 to 1) of the records is reached; 0 when there are none.
    double quantile(double share) const {
        const double rank = share * double(_total);
        uint64_t seen = 0;
        for (size_t i = 0; i < _counts.size(); ++i) {
            seen += _counts[i];
            if (seen > 0 && double(seen) >= rank) {
                return middle(i);
            }
        }
        return 0;
    }

private:
    static constexpr unsigned linear_bits = 6;
    static constexpr unsigned octaves = 31; // of 64 buckets each, the first one from 0 to 63

    static size_t bucket(uint64_t value) {
        const unsigned width = 64u - unsigned(__builtin_clzll(value | 1)); // std::bit_width is not in C++17
        const unsigned shift = width > linear_bits + 1 ? width - linear_bits - 1 : 0;
        const size_t index = (size_t(shift) << linear_bits) + size_t(value >> shift);
        return index < buckets ? index : buckets - 1;
    }

    static double middle(size_t index) {
        const size_t shift = index >> linear_bits ? (index >> linear_bits) - 1 : 0;
        const uint64_t low = uint64_t(index - (shift << linear_bits)) << shift;
        return double(low) + double((uint64_t(1) << shift) - 1) / 2;
    }

    static constexpr size_t buckets = size_t(octaves) << linear_bits;
    std::array<uint64_t, buckets> _counts{};
    uint64_t _total = 0;
};

}
