#include <seastar/util/log-level.hh>

#include <istream>
#include <ostream>
#include <string>

namespace seastar {

namespace {
constexpr const char* level_names[] = {"error", "warn", "info", "debug", "trace"};
}

const char* level_name(log_level level) noexcept {
    return level_names[int(level)];
}

std::ostream& operator<<(std::ostream& os, log_level level) {
    return os << level_name(level);
}

std::istream& operator>>(std::istream& is, log_level& level) {
    std::string word;
    is >> word;
    for (int i = 0; i <= int(log_level::trace); ++i) {
        if (word == level_names[i]) {
            level = log_level(i);
            return is;
        }
    }
    is.setstate(std::ios::failbit);
    return is;
}

}
