/// Reading the small text files of /proc and /sys, which start-up looks at. Not for the loop: it blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seastar::kernel {

/// The first 64 KiB of a file without the white space at its end; none if it cannot be read.
std::optional<std::string> read_small_file(const std::string& path);

/// A decimal number and nothing else; none if it is not one or does not fit.
std::optional<uint64_t> parse_number(std::string_view text) noexcept;

std::optional<uint64_t> read_number(const std::string& path);

}
