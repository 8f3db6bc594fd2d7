#include <seastar/util/critical_alloc_section.hh>

namespace seastar::memory::internal {

constinit thread_local int critical_alloc_section = 0;

}
