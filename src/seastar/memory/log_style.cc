#include <seastar/core/internal/log_style.hh>

#include <istream>
#include <ostream>
#include <string>

namespace seastar {

namespace {

constexpr const char* style_names[] = {"none", "boot", "real"};
constexpr const char* ostream_names[] = {"none", "stderr", "stdout"};

template <typename Enum, size_t N>
std::istream& read_name(std::istream& is, Enum& value, const char* const (&names)[N]) {
    std::string word;
    is >> word;
    for (size_t i = 0; i < N; ++i) {
        if (word == names[i]) {
            value = Enum(i);
            return is;
        }
    }
    is.setstate(std::ios::failbit);
    return is;
}

}

std::ostream& operator<<(std::ostream& os, logger_timestamp_style style) {
    return os << style_names[int(style)];
}
std::istream& operator>>(std::istream& is, logger_timestamp_style& style) {
    return read_name(is, style, style_names);
}
std::ostream& operator<<(std::ostream& os, logger_ostream_type type) {
    return os << ostream_names[int(type)];
}
std::istream& operator>>(std::istream& is, logger_ostream_type& type) {
    return read_name(is, type, ostream_names);
}

}
