#include <seastar/core/future.hh>
#include <seastar/util/backtrace.hh>
#include <seastar/util/log.hh>

#include <cstdlib>

namespace seastar::internal {

void report_failed_future(const std::exception_ptr& ex) noexcept {
    seastar_logger.warn("Exceptional future ignored: {}, backtrace: {}", ex, current_backtrace());
}

void invalid_future_use() noexcept {
    seastar_logger.error("a future was used that was moved from, or whose result was taken before; backtrace: {}",
                         current_backtrace());
    std::abort();
}

}
