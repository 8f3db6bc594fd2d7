/// What a simulation does to the programs in it. All times are of the simulated clock.
#pragma once

#include "kernel/ring.hh"

namespace seastar::kernel::sim {

struct options {
    uint64_t seed = 0;
    nanoseconds latency_min = 20'000;     ///< of each piece of bytes on its way, drawn anew
    nanoseconds latency_max = 2'000'000;
    size_t window_max = 64 * 1024;        ///< bytes on their way in one direction; each connection draws its own
    unsigned resets = 0;                  ///< of a thousand connections, so many are reset at some time
    nanoseconds reset_after_max = 20'000'000; ///< within this time of the connection's beginning
    uint64_t turns_max = 5'000'000;       ///< of all shards' loops: a program that needs more does not end
    bool log = false;                     ///< every event, on standard error

    options() noexcept {}
};

}
