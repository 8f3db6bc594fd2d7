/// Whether an idle shard looks for work for a while before it sleeps.
///
/// Looking costs the CPU time that passes until something comes. Sleeping and being woken costs CPU time as well, and
/// the answer comes later by as much as the kernel takes. So looking pays where work usually comes soon: on average, a
/// look must cost no more than the sleep that it saves. While looks do not pay, one idle period in many still has one,
/// to notice when that changes.
#pragma once

#include "kernel/ring.hh"

namespace seastar::loop {

class idle_polling {
public:
    /// What putting a thread to sleep and waking it costs, roughly: a context switch each, and leaving the idle state.
    static constexpr kernel::nanoseconds cost_of_sleep = 4'000;
    /// One idle period in so many has a look while looks do not pay.
    static constexpr unsigned look_one_in = 128;

    /// `longest`: of a look; 0: never look. `always`: whether it pays or not.
    idle_polling(kernel::nanoseconds longest, bool always) noexcept : _longest(longest), _always(always) {}

    /// How long to look in the idle period that begins; 0: sleep at once.
    kernel::nanoseconds next() noexcept {
        if (_always || pays() || ++_periods % look_one_in == 0) {
            return _longest;
        }
        return 0;
    }
    /// The look took so long and found work, or found none and sleep follows.
    void ended(kernel::nanoseconds taken, bool found) noexcept {
        auto cost = found ? taken : taken + cost_of_sleep;
        // A rare long wait does not turn it off; a few short ones turn it on again.
        _average += (cost - _average) / (pays() ? 64 : 8);
    }
    bool pays() const noexcept { return _average <= cost_of_sleep; }

private:
    const kernel::nanoseconds _longest;
    const bool _always;
    unsigned _periods = 0;            ///< without a look
    kernel::nanoseconds _average = 0; ///< cost of a look
};

}
