/// Random numbers and texts for tests and load generators; not for secrets.
#pragma once

#include <seastar/core/sstring.hh>

#include <cstddef>
#include <cstdint>

namespace smf {

/// xoshiro256++. An object of its own per user; the same seed gives the same sequence everywhere.
class random {
    uint64_t _state[4];

public:
    random(); ///< seeded by the shard's clock and its own address
    explicit random(uint64_t seed) noexcept;
    uint64_t next() noexcept;
    seastar::sstring next_str(uint32_t size);      ///< bytes of any value
    seastar::sstring next_alphanum(uint32_t size); ///< 0-9 A-Z a-z
};

}
