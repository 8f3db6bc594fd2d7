#include <seastar/core/shard_id.hh>
#include <seastar/util/log.hh>

#include "log_output.hh"
#include "type_name.hh"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <stdexcept>

namespace seastar {

using internal::log_buf;
using internal::log_output;

// tidy-allow(global): a logger
logger seastar_logger("seastar");

sstring pretty_type_name(const std::type_info& type) {
    return internal::type_name(type);
}

// The text of a line

namespace internal {

log_buf::~log_buf() {
    if (_begin != _first) {
        std::free(_begin);
    }
}

bool log_buf::grow() noexcept {
    size_t size = log_buf::size();
    size_t capacity = std::max<size_t>(4 * log_buf::capacity(), 256);
    if (capacity > line_size_max) {
        return false;
    }
    bool first = _begin == _first;
    auto* grown = static_cast<char*>(std::realloc(first ? nullptr : _begin, capacity));
    if (grown == nullptr) {
        return false;
    }
    if (first) {
        std::memcpy(grown, _first, size);
    }
    _begin = grown;
    _end = grown + capacity;
    _current = grown + size;
    return true;
}

namespace {

constexpr std::string_view padded_level_names[] = {"ERROR", "WARN ", "INFO ", "DEBUG", "TRACE"};
constexpr std::string_view level_colors[] = {"\x1b[1;31m", "\x1b[1;33m", "\x1b[32m", "\x1b[36m", "\x1b[34m"};

void append_digits(log_buf& buf, uint64_t number, unsigned width, char fill = '0') noexcept {
    char digits[24];
    char* end = digits + sizeof(digits);
    char* begin = decimal_backwards(number, false, end);
    while (size_t(end - begin) < std::min<size_t>(width, sizeof(digits))) {
        *--begin = fill;
    }
    buf.append({begin, size_t(end - begin)});
}

// Date and time of a second, made once for all lines of that second: localtime_r takes a lock and is slow.
struct formatted_second {
    int64_t second = INT64_MIN;
    char text[sizeof("YYYY-MM-DD HH:MM:SS")] = {};
};
constinit thread_local formatted_second last_second;

void append_timestamp(log_buf& buf) noexcept {
    switch (log_output.timestamp.load(std::memory_order_relaxed)) {
    case logger_timestamp_style::none:
        return;
    case logger_timestamp_style::boot: {
        auto now = uint64_t(log_steady_clock());
        append_digits(buf, now / 1'000'000'000, 1);
        buf.push_back('.');
        append_digits(buf, now / 1000 % 1'000'000, 6);
        break;
    }
    case logger_timestamp_style::real: {
        int64_t now = log_wall_clock();
        int64_t second = now / 1'000'000'000;
        if (last_second.second != second) {
            auto t = time_t(second);
            tm local{};
            ::localtime_r(&t, &local);
            std::strftime(last_second.text, sizeof(last_second.text), "%Y-%m-%d %H:%M:%S", &local);
            last_second.second = second;
        }
        buf.append(last_second.text);
        buf.push_back(',');
        append_digits(buf, uint64_t(now / 1'000'000 % 1000), 3);
        break;
    }
    }
    buf.push_back(' ');
}

// "INFO  2020-03-31 11:08:09,208 [shard 0] ". The level is padded to five characters.
void append_prefix(log_buf& buf, log_level level) noexcept {
    if (log_output.with_color.load(std::memory_order_relaxed)) {
        buf.append(level_colors[int(level)]);
        buf.append(padded_level_names[int(level)]);
        buf.append("\x1b[0m");
    } else {
        buf.append(padded_level_names[int(level)]);
    }
    buf.push_back(' ');
    append_timestamp(buf);
    buf.append("[shard ");
    append_digits(buf, this_shard_id(), log_output.shard_field_width.load(std::memory_order_relaxed), ' ');
    buf.append("] ");
}

// Builds and sends a line; `append_text(buf)` may throw, and the line then says what.
template <typename Func>
bool send_line(std::string_view name, log_level level, Func append_text) noexcept {
    log_buf buf;
    append_prefix(buf, level);
    size_t message_at = buf.size();
    buf.append(name);
    buf.append(" - ");
    size_t text_at = buf.size();
    try {
        append_text(buf);
    } catch (...) {
        count_log_failure();
        buf.resize_down(text_at);
        auto text = text_of(std::current_exception());
        buf.append("failed to format a log message: ");
        buf.append({text.data(), text.size()});
    }
    size_t size = buf.size();
    buf.push_back('\n');
    if (buf.size() == size) { // at the limit of a line, or without memory
        buf.resize_down(size - 1);
        buf.push_back('\n');
    }
    return write_log_line(level, buf.view(), message_at);
}

template <typename Func>
void write_line(std::string_view name, log_level level, uint64_t* dropped, Func append_text) noexcept {
    if (uint64_t lost = take_lost_log_lines()) {
        bool sent = send_line("log", log_level::warn, [lost](log_buf& buf) {
            append_digits(buf, lost, 1);
            buf.append(" lines lost");
        });
        if (!sent) {
            count_lost_log_lines(lost);
        }
    }
    bool sent = send_line(name, level, [&](log_buf& buf) {
        if (uint64_t n = dropped ? std::exchange(*dropped, 0) : 0) {
            buf.append("(rate limiting dropped ");
            append_digits(buf, n, 1);
            buf.append(" similar messages) ");
        }
        append_text(buf);
    });
    if (!sent) {
        count_log_failure();
        count_lost_log_lines(1);
    }
}

}

}

void logger::write(log_level level, rate_limit* limit, fmt::string_view format, fmt::format_args args) noexcept {
    internal::write_line(_name, level, limit ? &limit->_dropped : nullptr, [&](log_buf& buf) {
        fmt::vformat_to(buf.back_insert_begin(), format, args);
    });
}

void logger::write(log_level level, rate_limit* limit, log_writer& writer) noexcept {
    internal::write_line(_name, level, limit ? &limit->_dropped : nullptr, [&](log_buf& buf) {
        writer(buf.back_insert_begin());
    });
}

bool logger::rate_limit::check() noexcept {
    int64_t now = internal::log_steady_clock();
    if (now < _next_ns) {
        ++_dropped;
        return false;
    }
    _next_ns = now + _interval_ns;
    return true;
}

bool logger::is_shard_zero() noexcept {
    return this_shard_id() == 0;
}

uint64_t logging_failures() noexcept {
    return internal::log_failure_count();
}

// The registry

namespace {

struct registry_state {
    std::mutex mutex;
    std::multimap<sstring, logger*> loggers;
    log_level default_level = log_level::info; ///< of loggers to come
};

// Loggers are static objects of any translation unit: made when the first of them registers, and never destroyed.
registry_state& registry() {
    // tidy-allow(global): see above
    static registry_state& state = *new registry_state;
    return state;
}

}

logger_registry& global_logger_registry() noexcept {
    static constinit logger_registry r; // tidy-allow(global): has no state of its own
    return r;
}

std::vector<sstring> logger_registry::get_all_logger_names() {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    std::vector<sstring> names;
    for (auto& [name, l] : r.loggers) {
        if (names.empty() || names.back() != name) {
            names.push_back(name);
        }
    }
    return names;
}

void logger_registry::set_all_loggers_level(log_level level) {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    r.default_level = level;
    for (auto& [name, l] : r.loggers) {
        l->set_level(level);
    }
}

log_level logger_registry::get_logger_level(const sstring& name) const {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    auto it = r.loggers.find(name);
    if (it == r.loggers.end()) {
        throw std::out_of_range("no logger is called " + std::string(name));
    }
    return it->second->level();
}

void logger_registry::set_logger_level(const sstring& name, log_level level) {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    auto [begin, end] = r.loggers.equal_range(name);
    if (begin == end) {
        throw std::out_of_range("no logger is called " + std::string(name));
    }
    for (auto it = begin; it != end; ++it) {
        it->second->set_level(level);
    }
}

void logger_registry::register_logger(logger* l) {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    l->set_level(r.default_level);
    r.loggers.emplace(l->name(), l);
}

void logger_registry::unregister_logger(logger* l) noexcept {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    auto [begin, end] = r.loggers.equal_range(l->name());
    for (auto it = begin; it != end; ++it) {
        if (it->second == l) {
            r.loggers.erase(it);
            return;
        }
    }
}

void logger_registry::moved(logger* from, logger* to) noexcept {
    auto& r = registry();
    std::lock_guard guard(r.mutex);
    auto [begin, end] = r.loggers.equal_range(to->name());
    for (auto it = begin; it != end; ++it) {
        if (it->second == from) {
            it->second = to;
            return;
        }
    }
}

logger::logger(sstring name) : _name(std::move(name)) {
    global_logger_registry().register_logger(this);
}

logger::logger(logger&& other) : _name(other._name), _level(other._level) {
    global_logger_registry().moved(&other, this);
}

logger::~logger() {
    global_logger_registry().unregister_logger(this);
}

// Settings

void logger::set_ostream(std::ostream& os) noexcept {
    log_output.ostream.store(&os, std::memory_order_release);
}

void logger::set_ostream_enabled(bool enabled) noexcept {
    log_output.ostream_enabled = enabled;
}

void logger::set_stdout_enabled(bool enabled) noexcept {
    log_output.type = enabled ? logger_ostream_type::cout : logger_ostream_type::cerr;
}

void logger::set_syslog_enabled(bool enabled) noexcept {
    log_output.syslog_enabled = enabled;
}

void logger::set_with_color(bool enabled) noexcept {
    log_output.with_color = enabled;
}

void logger::set_timestamp_style(logger_timestamp_style style) noexcept {
    log_output.timestamp = style;
}

void logger::set_shard_field_width(unsigned width) noexcept {
    log_output.shard_field_width = width;
}

void apply_logging_settings(const logging_settings& settings) {
    auto& registry = global_logger_registry();
    registry.set_all_loggers_level(settings.default_level);
    for (auto& [name, level] : settings.logger_levels) {
        registry.set_logger_level(name, level);
    }
    log_output.ostream = nullptr;
    log_output.type = settings.logger_ostream;
    log_output.ostream_enabled = settings.stdout_enabled;
    log_output.syslog_enabled = settings.syslog_enabled;
    log_output.with_color = settings.with_color;
    log_output.timestamp = settings.stdout_timestamp_style;
}

}
