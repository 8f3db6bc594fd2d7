#include <seastar/util/conversions.hh>

#include <charconv>
#include <stdexcept>

namespace seastar {

namespace {

// The power of two that a suffix stands for, or -1.
int shift_of(std::string_view suffix) noexcept {
    if (suffix.size() == 2 && (suffix[1] == 'B' || suffix[1] == 'b') && suffix[0] != 'B' && suffix[0] != 'b') {
        suffix.remove_suffix(1);
    }
    if (suffix.empty() || suffix == "B" || suffix == "b") {
        return 0;
    }
    if (suffix.size() != 1) {
        return -1;
    }
    switch (suffix[0]) {
    case 'k':
    case 'K':
        return 10;
    case 'm':
    case 'M':
        return 20;
    case 'g':
    case 'G':
        return 30;
    case 't':
    case 'T':
        return 40;
    default:
        return -1;
    }
}

}

size_t parse_memory_size(std::string_view text) {
    size_t number = 0;
    auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    int shift = shift_of(text.substr(size_t(rest - text.data())));
    if (error == std::errc::invalid_argument || shift < 0) {
        throw std::invalid_argument("not a memory size: '" + std::string(text) + "'");
    }
    if (error == std::errc::result_out_of_range || (number << shift) >> shift != number) {
        throw std::out_of_range("memory size too large: '" + std::string(text) + "'");
    }
    return number << shift;
}

}
