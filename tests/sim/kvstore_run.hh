/// One simulated run of examples/kvstore: its service on some shards of one node, and clients on the same shards, over
/// the simulated network, all from one seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sim_test {

struct run_options {
    uint64_t seed = 0;
    unsigned shards = 3;
    unsigned clients = 3;   ///< connections; a client whose connection fails opens another one
    unsigned calls = 40;    ///< of each client
    unsigned in_flight = 4; ///< of each client
    bool log = false;

    run_options() noexcept {}
};

struct run_result {
    uint64_t trace = 0;               ///< the same for the same options, in any build
    uint64_t events = 0;
    size_t answered = 0;              ///< calls
    size_t lost = 0;                  ///< calls whose connection was reset
    std::vector<std::string> wrong;   ///< what must not be; empty: all was well
};

run_result run_kvstore(const run_options& options);

}
