/// How serious a log line is.
#pragma once

#include <seastar/core/internal/printing.hh>

#include <iosfwd>

namespace seastar {

/// From the most serious to the least; a logger at one level writes that one and those before it.
enum class log_level {
    error,
    warn,
    info,
    debug,
    trace,
};

/// "error", "warn" ...
const char* level_name(log_level level) noexcept;

std::ostream& operator<<(std::ostream& os, log_level level);
/// Reads a name; anything else sets the stream's failbit.
std::istream& operator>>(std::istream& is, log_level& level);

}

template <>
struct fmt::formatter<seastar::log_level, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(seastar::log_level level, Context& context) const {
        const char* name = seastar::level_name(level);
        return seastar::internal::write_text(context.out(), name, __builtin_strlen(name));
    }
};
