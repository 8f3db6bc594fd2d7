/// A number of bytes, printed for people: 512.000 bytes, 2.000 GB.
#pragma once

#include <cstdint>
#include <iosfwd>

namespace smf {

/// Units are powers of 1024; the next one is taken from 1000 on, so that at most three digits stand before the point.
struct human_bytes {
    explicit human_bytes(uint64_t n) noexcept : bytes(n) {}
    uint64_t bytes;
};
std::ostream& operator<<(std::ostream&, const human_bytes&);

}
