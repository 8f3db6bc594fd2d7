/// Random numbers for tests: each shard has a generator, seeded by --random-seed or by chance; the seed is printed.
#pragma once

#include <random>

namespace seastar::testing {

/// The calling shard's. Seeded when the shards start.
extern thread_local std::default_random_engine local_random_engine;

}
