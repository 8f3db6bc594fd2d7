#include <seastar/core/thread_cputime_clock.hh>

#include "kernel/clock.hh"

namespace seastar {

thread_cputime_clock::time_point thread_cputime_clock::now() noexcept {
    return time_point(duration(kernel::thread_cpu_now()));
}

}
