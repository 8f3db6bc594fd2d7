#include "rlimit.hh"

#include <seastar/util/assert.hh>

#include <sys/resource.h>

namespace seastar::kernel {

uint64_t raise_descriptor_limit() noexcept {
    rlimit limit;
    SEASTAR_ASSERT(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_cur < limit.rlim_max) {
        rlimit raised = limit;
        raised.rlim_cur = raised.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            return raised.rlim_cur;
        }
    }
    return limit.rlim_cur;
}

}
