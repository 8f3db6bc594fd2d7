/// Texts of the command line as numbers, and strings as vectors.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seastar {

/// "4096", "64k", "500M", "2G", "1T": bytes, in powers of two (k = 2^10); capital and small letters, and a trailing
/// B, are accepted. Throws std::invalid_argument for anything else, std::out_of_range when it does not fit.
size_t parse_memory_size(std::string_view text);

inline std::vector<char> string2vector(std::string_view text) {
    return std::vector<char>(text.begin(), text.end());
}

}
