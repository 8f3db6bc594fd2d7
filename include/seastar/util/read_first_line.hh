/// The first line of a small file, such as those in /sys and /proc. Blocks the calling thread.
#pragma once

#include <seastar/core/sstring.hh>

#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace seastar {

/// Without the newline; at most a page of it. Throws std::system_error.
sstring read_first_line(const std::filesystem::path& path);

/// The same as a number. Throws std::invalid_argument when it is none, std::out_of_range when it does not fit.
template <typename Type>
Type read_first_line_as(const std::filesystem::path& path) {
    sstring line = read_first_line(path);
    Type value{};
    auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error == std::errc::result_out_of_range) {
        throw std::out_of_range(path.string() + ": number too large");
    }
    if (error != std::errc() || rest == line.data()) {
        throw std::invalid_argument(path.string() + ": no number");
    }
    return value;
}

}
