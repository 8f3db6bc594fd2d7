#include <seastar/core/future.hh>

#include <cstdio>
#include <cstdlib>

namespace seastar::internal {

void report_failed_future(const std::exception_ptr&) noexcept {
    std::fputs("Exceptional future ignored\n", stderr); // replaced as soon as the logger is there
}

void invalid_future_use() noexcept {
    std::fputs("a future was used that was moved from or consumed before\n", stderr);
    std::abort();
}

}
