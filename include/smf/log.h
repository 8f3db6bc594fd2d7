/// Logging with the place in the source: INFO  2019-03-16 13:26:50,603 [shard 0] smf - server.cc:51] text
///
///     LOG_INFO("recv core={} key={}", seastar::this_shard_id(), key);
///     LOG_WARN_IF(left == 0, "no room for {}", name);     // prefixed with the condition
///     LOG_THROW("cannot open {}", path);                  // logs at error, throws std::runtime_error
///     DLOG_TRACE("only without NDEBUG");
///
/// Format strings are checked by the compiler. Besides what fmt formats, arguments may be pointers, which print as
/// addresses, and types that only have an operator<< for std::ostream. Nothing is evaluated below the logger's level.
#pragma once

#include <seastar/util/log.hh>

#include <fmt/core.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>

namespace smf {

/// The logger of LOG_*, named "smf".
seastar::logger& app_logger() noexcept;
/// Of that logger.
void app_run_log_level(seastar::log_level) noexcept;

namespace internal {

constexpr const char* basename_of(const char* path) noexcept {
    auto base = path;
    for (; *path; ++path) {
        base = *path == '/' ? path + 1 : base;
    }
    return base;
}

/// Where a line comes from; `prefix` is "D " or "(condition) " or both.
struct log_site {
    seastar::log_level level;
    const char* file;
    int line;
    const char* prefix;
};

/// A value that knows nothing but std::ostream.
struct streamed {
    const void* value;
    void (*print)(std::ostream&, const void*);
};
std::string to_string(const streamed&);

template <typename T>
constexpr decltype(auto) adapt(const T& v) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return std::string_view(v);
    } else if constexpr (std::is_pointer_v<std::decay_t<T>>) {
        return reinterpret_cast<const void*>(v);
    } else if constexpr (fmt::is_formattable<T>::value) {
        return (v);
    } else {
        return streamed{&v, [](std::ostream& out, const void* p) { out << *static_cast<const T*>(p); }};
    }
}
template <typename T>
using adapted = decltype(adapt(std::declval<const T&>()));

void log_text(const log_site&, fmt::string_view format, fmt::format_args) noexcept;
[[noreturn]] void log_and_throw(const log_site&, fmt::string_view format, fmt::format_args);

template <typename... Args>
void log_adapted(const log_site& site, fmt::string_view format, const Args&... args) noexcept {
    log_text(site, format, fmt::make_format_args(args...));
}
template <typename... Args>
void log_line(const log_site& site, fmt::format_string<adapted<Args>...> format, const Args&... args) noexcept {
    log_adapted(site, format, adapt(args)...);
}
template <typename... Args>
[[noreturn]] void throw_adapted(const log_site& site, fmt::string_view format, const Args&... args) {
    log_and_throw(site, format, fmt::make_format_args(args...));
}
template <typename... Args>
[[noreturn]] void throw_line(const log_site& site, fmt::format_string<adapted<Args>...> format, const Args&... args) {
    throw_adapted(site, format, adapt(args)...);
}

template <typename T>
T&& throw_if_null(T&& p, const char* file, int line, const char* what) {
    if (!p) {
        throw_line({seastar::log_level::error, file, line, ""}, "{} is null", what);
    }
    return static_cast<T&&>(p);
}

}
}

template <>
struct fmt::formatter<smf::internal::streamed> {
    constexpr auto parse(fmt::format_parse_context& ctx) { return ctx.begin(); }
    template <typename Context>
    auto format(const smf::internal::streamed& s, Context& ctx) const {
        auto out = ctx.out();
        for (auto c : smf::internal::to_string(s)) {
            *out++ = c;
        }
        return out;
    }
};

#define SMF_LOG_SITE(level, prefix)                                                                                    \
    ::smf::internal::log_site { level, ::smf::internal::basename_of(__FILE__), __LINE__, prefix }
#define SMF_LOG(level, prefix, ...)                                                                                    \
    do {                                                                                                               \
        if (::smf::app_logger().is_enabled(level)) {                                                                   \
            ::smf::internal::log_line(SMF_LOG_SITE(level, prefix), __VA_ARGS__);                                       \
        }                                                                                                              \
    } while (false)
#define SMF_LOG_IF(level, prefix, condition, ...)                                                                      \
    do {                                                                                                               \
        if (condition) [[unlikely]] {                                                                                  \
            SMF_LOG(level, prefix "(" #condition ") ", __VA_ARGS__);                                                   \
        }                                                                                                              \
    } while (false)
#define SMF_LOG_THROW_IF(prefix, condition, ...)                                                                       \
    do {                                                                                                               \
        if (condition) [[unlikely]] {                                                                                  \
            ::smf::internal::throw_line(SMF_LOG_SITE(::seastar::log_level::error, prefix "(" #condition ") "),         \
                                        __VA_ARGS__);                                                                  \
        }                                                                                                              \
    } while (false)
/// Compiled and never run.
#define SMF_LOG_NEVER(...)                                                                                             \
    do {                                                                                                               \
        if (false) {                                                                                                   \
            __VA_ARGS__;                                                                                               \
        }                                                                                                              \
    } while (false)

#define LOG_INFO(...) SMF_LOG(::seastar::log_level::info, "", __VA_ARGS__)
#define LOG_ERROR(...) SMF_LOG(::seastar::log_level::error, "", __VA_ARGS__)
#define LOG_WARN(...) SMF_LOG(::seastar::log_level::warn, "", __VA_ARGS__)
#define LOG_DEBUG(...) SMF_LOG(::seastar::log_level::debug, "", __VA_ARGS__)
#define LOG_TRACE(...) SMF_LOG(::seastar::log_level::trace, "", __VA_ARGS__)
#define LOG_INFO_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::info, "", condition, __VA_ARGS__)
#define LOG_ERROR_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::error, "", condition, __VA_ARGS__)
#define LOG_WARN_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::warn, "", condition, __VA_ARGS__)
#define LOG_DEBUG_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::debug, "", condition, __VA_ARGS__)
#define LOG_TRACE_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::trace, "", condition, __VA_ARGS__)
#define LOG_THROW(...) ::smf::internal::throw_line(SMF_LOG_SITE(::seastar::log_level::error, ""), __VA_ARGS__)
#define LOG_THROW_IF(condition, ...) SMF_LOG_THROW_IF("", condition, __VA_ARGS__)
/// The pointer, or std::runtime_error that shows the expression.
#define THROW_IFNULL(pointer)                                                                                          \
    ::smf::internal::throw_if_null((pointer), ::smf::internal::basename_of(__FILE__), __LINE__, #pointer)

#ifndef NDEBUG
#define DLOG_INFO(...) SMF_LOG(::seastar::log_level::info, "D ", __VA_ARGS__)
#define DLOG_ERROR(...) SMF_LOG(::seastar::log_level::error, "D ", __VA_ARGS__)
#define DLOG_WARN(...) SMF_LOG(::seastar::log_level::warn, "D ", __VA_ARGS__)
#define DLOG_DEBUG(...) SMF_LOG(::seastar::log_level::debug, "D ", __VA_ARGS__)
#define DLOG_TRACE(...) SMF_LOG(::seastar::log_level::trace, "D ", __VA_ARGS__)
#define DLOG_INFO_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::info, "D ", condition, __VA_ARGS__)
#define DLOG_ERROR_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::error, "D ", condition, __VA_ARGS__)
#define DLOG_WARN_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::warn, "D ", condition, __VA_ARGS__)
#define DLOG_DEBUG_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::debug, "D ", condition, __VA_ARGS__)
#define DLOG_TRACE_IF(condition, ...) SMF_LOG_IF(::seastar::log_level::trace, "D ", condition, __VA_ARGS__)
#define DLOG_THROW(...) ::smf::internal::throw_line(SMF_LOG_SITE(::seastar::log_level::error, "D "), __VA_ARGS__)
#define DLOG_THROW_IF(condition, ...) SMF_LOG_THROW_IF("D ", condition, __VA_ARGS__)
#define DTHROW_IFNULL(pointer) THROW_IFNULL(pointer)
#else
#define DLOG_INFO(...) SMF_LOG_NEVER(LOG_INFO(__VA_ARGS__))
#define DLOG_ERROR(...) SMF_LOG_NEVER(LOG_ERROR(__VA_ARGS__))
#define DLOG_WARN(...) SMF_LOG_NEVER(LOG_WARN(__VA_ARGS__))
#define DLOG_DEBUG(...) SMF_LOG_NEVER(LOG_DEBUG(__VA_ARGS__))
#define DLOG_TRACE(...) SMF_LOG_NEVER(LOG_TRACE(__VA_ARGS__))
#define DLOG_INFO_IF(...) SMF_LOG_NEVER(LOG_INFO_IF(__VA_ARGS__))
#define DLOG_ERROR_IF(...) SMF_LOG_NEVER(LOG_ERROR_IF(__VA_ARGS__))
#define DLOG_WARN_IF(...) SMF_LOG_NEVER(LOG_WARN_IF(__VA_ARGS__))
#define DLOG_DEBUG_IF(...) SMF_LOG_NEVER(LOG_DEBUG_IF(__VA_ARGS__))
#define DLOG_TRACE_IF(...) SMF_LOG_NEVER(LOG_TRACE_IF(__VA_ARGS__))
#define DLOG_THROW(...) SMF_LOG_NEVER(LOG_THROW(__VA_ARGS__))
#define DLOG_THROW_IF(...) SMF_LOG_NEVER(LOG_THROW_IF(__VA_ARGS__))
#define DTHROW_IFNULL(pointer) (pointer)
#endif
