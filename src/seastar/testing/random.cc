#include <seastar/testing/random.hh>

namespace seastar::testing {

thread_local std::default_random_engine local_random_engine;

}
