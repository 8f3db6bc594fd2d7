#include <seastar/core/timed_out_error.hh>

namespace seastar {

const char* timed_out_error::what() const noexcept { return "timedout"; }

}
