#include <seastar/core/internal/smp_count.hh>

namespace seastar::internal {

constinit thread_local unsigned smp_count::count = 0;

}
