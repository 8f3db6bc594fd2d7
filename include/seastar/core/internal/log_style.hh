/// The choices that the program's settings make for all loggers.
#pragma once

#include <iosfwd>

namespace seastar {

enum class logger_timestamp_style {
    none,
    boot, ///< seconds and microseconds since the machine started
    real, ///< local date and time
};

enum class logger_ostream_type {
    none,
    cerr, ///< standard error
    cout, ///< standard output
};

// By name, for options: none, boot, real; none, stderr, stdout. Reading anything else sets the stream's failbit.
std::ostream& operator<<(std::ostream& os, logger_timestamp_style style);
std::istream& operator>>(std::istream& is, logger_timestamp_style& style);
std::ostream& operator<<(std::ostream& os, logger_ostream_type type);
std::istream& operator>>(std::istream& is, logger_ostream_type& type);

}
