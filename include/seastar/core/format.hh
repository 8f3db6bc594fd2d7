/// format("{} of {}", 1, 2): an sstring from a format string that is checked when it is compiled.
#pragma once

#include <seastar/core/sstring.hh>

#include <fmt/core.h>

namespace seastar {

namespace internal {
sstring vformat(fmt::string_view format, fmt::format_args args);
}

/// The syntax and the errors are fmt's.
template <typename... Args>
[[nodiscard]] sstring format(fmt::format_string<Args...> format_string, Args&&... args) {
    return internal::vformat(format_string, fmt::make_format_args(args...));
}

}
