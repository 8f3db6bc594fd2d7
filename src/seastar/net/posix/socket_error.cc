#include "net/posix/socket_error.hh"

#include <system_error>

namespace seastar::net::posix {

std::exception_ptr socket_error(int64_t result, const char* what) noexcept {
    try {
        return std::make_exception_ptr(std::system_error(static_cast<int>(-result), std::system_category(), what));
    } catch (...) {
        return std::current_exception();
    }
}

}
