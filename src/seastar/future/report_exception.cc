#include <seastar/core/report_exception.hh>
#include <seastar/util/log.hh>

namespace seastar {

void report_exception(std::string_view message, std::exception_ptr exception) noexcept {
    seastar_logger.error("{}: {}", message, exception);
}

}
