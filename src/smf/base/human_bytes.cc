/// Three decimals and a unit.
#include <smf/human_bytes.h>
#include <smf/rpc_connection_limits.h>

#include <cstdio>
#include <ostream>

namespace smf {

std::ostream& operator<<(std::ostream& o, const human_bytes& h) {
    constexpr const char* units[] = {"bytes", "KB", "MB", "GB", "TB"};
    auto value = static_cast<double>(h.bytes);
    auto unit = 0;
    if (h.bytes >= 1024) {
        do {
            value /= 1024;
            ++unit;
        } while (value >= 1000 && unit < 4);
    }
    char text[40];
    std::snprintf(text, sizeof(text), "%.3f %s", value, units[unit]);
    return o << text;
}

std::ostream& operator<<(std::ostream& o, const rpc_connection_limits& l) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    return o << "rpc_connection_limits{max_mem:" << human_bytes(l.max_memory) << ", max_body_parsing_duration: "
             << duration_cast<milliseconds>(l.max_body_parsing_duration).count()
             << "ms, res_avail:" << human_bytes(l.resources_available) << " (" << l.resources_available << ")}";
}

}
