/// The end of a call.
#include "client_state.hh"

#include <chrono>

namespace smf::internal {

void client_state::ended(uint32_t bytes, seastar::lowres_clock::time_point begin) noexcept {
    memory.signal(bytes);
    if (recording) {
        using std::chrono::duration_cast;
        using std::chrono::microseconds;
        latencies->record(duration_cast<microseconds>(seastar::lowres_clock::now() - begin).count());
    }
}

}
