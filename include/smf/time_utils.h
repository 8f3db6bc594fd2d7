/// The time as numbers and as text.
#pragma once

#include <seastar/core/sstring.hh>

#include <cstdint>

namespace smf {

/// Since 1970, UTC; as fresh as the turn of the shard's loop (well below a millisecond).
uint64_t time_now_millis() noexcept;
uint64_t time_now_micros() noexcept;
uint64_t lowres_time_now_millis() noexcept;
/// 2019-03-16T13:26:50Z
seastar::sstring time_as_iso_8601(uint64_t millis_since_epoch);

}
