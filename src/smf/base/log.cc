/// The slow part of LOG_*: one function formats, whatever the arguments.
#include <smf/log.h>

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

namespace smf {

seastar::logger& app_logger() noexcept {
    // Exists before any node, like every logger of a program.
    static seastar::logger logger("smf");
    return logger;
}

void app_run_log_level(seastar::log_level level) noexcept {
    app_logger().set_level(level);
}

namespace internal {

std::string to_string(const streamed& s) {
    std::ostringstream out;
    s.print(out, s.value);
    return std::move(out).str();
}

void log_text(const log_site& site, fmt::string_view format, fmt::format_args args) noexcept {
    try {
        fmt::memory_buffer text;
        fmt::vformat_to(std::back_inserter(text), format, args);
        app_logger().log(site.level, "{}{}:{}] {}", site.prefix, site.file, site.line,
                         std::string_view(text.data(), text.size()));
    } catch (...) {
        // An operator<< of the user's threw, or memory ran out: a log line is not worth more trouble.
    }
}

void log_and_throw(const log_site& site, fmt::string_view format, fmt::format_args args) {
    auto text = fmt::vformat(format, args);
    log_text(site, "{}", fmt::make_format_args(text));
    throw std::runtime_error(text);
}

}
}
