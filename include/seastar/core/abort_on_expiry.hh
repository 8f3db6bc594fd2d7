/// abort_on_expiry: an abort_source that goes off by itself at a time.
#pragma once

#include <seastar/core/abort_source.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/timed_out_error.hh>
#include <seastar/core/timer.hh>

namespace seastar {

/// Shard: the one that makes it. The abort's exception is timed_out_error.
template <typename Clock = lowres_clock>
class abort_on_expiry {
    seastar::abort_source _source;
    timer<Clock> _timer{[this] { _source.request_abort_ex(timed_out_error()); }};

public:
    using clock = Clock;
    using time_point = typename Clock::time_point;

    explicit abort_on_expiry(time_point when) { _timer.arm(when); }
    abort_on_expiry(abort_on_expiry&&) = delete;

    seastar::abort_source& abort_source() noexcept { return _source; }
};

}
