/// The options of logging on a program's command line: --default-log-level, --logger-log-level and their like.
#pragma once

#include <seastar/util/log.hh>

#include <boost/program_options.hpp>

#include <iosfwd>
#include <string_view>
#include <unordered_map>

namespace seastar::log_cli {

/// For adding to a program's own options.
boost::program_options::options_description get_options_description();

/// "error", "warn", "info", "debug", "trace". Throws std::runtime_error for another.
log_level parse_log_level(const sstring& text);

/// Adds "a=debug:b=trace" to `levels`; the last of several for one logger counts. Throws std::runtime_error.
void parse_logger_levels(std::string_view text, std::unordered_map<sstring, log_level>& levels);

/// What the command line says, from the options of get_options_description(). Throws std::runtime_error.
logging_settings extract_settings(const boost::program_options::variables_map& vars);

/// The names of all loggers, one to a line.
void print_available_loggers(std::ostream& os);

}
