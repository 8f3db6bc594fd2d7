/// Three decimals and a unit.
#include <smf/human_bytes.h>

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

}
