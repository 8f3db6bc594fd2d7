/// The randomness of a simulation: splitmix64, whose numbers are the same on every machine. The source: Steele, Lea,
/// Flood, "Fast splittable pseudorandom number generators", 2014.
#pragma once

#include <cstdint>

namespace seastar::kernel::sim {

class dice {
public:
    explicit dice(uint64_t seed) noexcept : _state(seed) {}

    uint64_t next() noexcept {
        uint64_t z = (_state += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    /// 0 to n - 1. Requires: n > 0.
    uint64_t below(uint64_t n) noexcept { return next() % n; }
    int64_t between(int64_t low, int64_t high) noexcept {
        return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low) + 1));
    }
    /// True so many times in a thousand.
    bool chance(unsigned per_thousand) noexcept { return below(1000) < per_thousand; }

private:
    uint64_t _state;
};

}
