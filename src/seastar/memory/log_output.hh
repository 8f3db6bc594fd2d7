/// Where log lines go: the settings of all loggers, and the way out for a finished line. Nothing here throws, and
/// nothing waits for a reader.
#pragma once

#include <seastar/core/internal/log_style.hh>
#include <seastar/util/log-level.hh>

#include <atomic>
#include <cstdint>
#include <string_view>

namespace seastar::internal {

/// Set at start-up or by a test, read by every line, on any thread. Each is a value of its own: no line needs two of
/// them to agree.
struct log_output_settings {
    std::atomic<std::ostream*> ostream{nullptr}; ///< null: the descriptor of `type`
    std::atomic<logger_ostream_type> type{logger_ostream_type::cerr};
    std::atomic<logger_timestamp_style> timestamp{logger_timestamp_style::real};
    std::atomic<bool> ostream_enabled{true};
    std::atomic<bool> syslog_enabled{false};
    std::atomic<bool> with_color{false};
    std::atomic<unsigned> shard_field_width{1};
};
// tidy-allow(global): loggers are static objects and log before any node exists
extern constinit log_output_settings log_output;

/// Sends a line, which ends with a newline; its message begins at `message_at` (syslog has level and time itself).
/// False when its destination did not take it.
bool write_log_line(log_level level, std::string_view line, size_t message_at) noexcept;

void count_log_failure() noexcept;
uint64_t log_failure_count() noexcept;

/// Lines lost that no other line has mentioned yet.
uint64_t take_lost_log_lines() noexcept;
void count_lost_log_lines(uint64_t count) noexcept;

/// Where log lines take their time from, in nanoseconds. A node sets its own; the default is the system's.
struct log_clock {
    int64_t (*wall)() noexcept;   ///< since 1970 UTC
    int64_t (*steady)() noexcept; ///< monotonic, since the machine started
};
void set_log_clock(log_clock clock) noexcept;


/// Nanoseconds of the system's clocks, or of the node's (see log_clock).
int64_t log_wall_clock() noexcept;
int64_t log_steady_clock() noexcept;

}
