/// The text form of the limits, as the line at start-up has it.
#include <smf/rpc_connection_limits.h>

#include <smf/human_bytes.h>

#include <ostream>

namespace smf {

std::ostream& operator<<(std::ostream& o, const rpc_connection_limits& l) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    return o << "rpc_connection_limits{max_mem:" << human_bytes(l.max_memory) << ", max_body_parsing_duration: "
             << duration_cast<milliseconds>(l.max_body_parsing_duration).count()
             << "ms, res_avail:" << human_bytes(l.resources_available) << " (" << l.resources_available << ")}";
}

}
