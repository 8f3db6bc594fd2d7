#include <seastar/core/sleep.hh>

namespace seastar {

const char* sleep_aborted::what() const noexcept { return "Sleep is aborted"; }

namespace internal {

template class sleeper<steady_clock_type>;
template class sleeper<lowres_clock>;

abort_source& stop_source() noexcept {
    static thread_local abort_source source;
    return source;
}

}

}
