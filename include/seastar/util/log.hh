/// Logging, one line at a time:
///
///     INFO  2020-03-31 11:08:09,208 [shard 0] name - text
///
/// Lines go to stderr, stdout, an ostream or syslog as the program's settings say (log-cli.hh reads them from the
/// command line). Nothing here throws, and nothing waits for a slow reader: lines that do not fit are dropped, counted
/// (logging_failures()) and mentioned by the next one that does.
#pragma once

#include <seastar/core/internal/exception_text.hh>
#include <seastar/core/internal/log_style.hh>
#include <seastar/core/sstring.hh>
#include <seastar/util/log-level.hh>
#include <seastar/util/std-compat.hh>

#include <fmt/core.h>

#include <cstdint>
#include <iosfwd>
#include <type_traits>
#include <typeinfo>
#include <unordered_map>
#include <vector>

namespace seastar {

class logger;

namespace internal {

/// A growing text on the caller's stack first. Lines end at line_size_max; what is more is left out.
class log_buf {
public:
    static constexpr size_t line_size_max = 64 * 1024;

    log_buf() noexcept : log_buf(_stack, sizeof(_stack)) {}
    /// Begins in memory of the caller's, which outlives it.
    log_buf(char* buffer, size_t size) noexcept
        : _begin(buffer), _end(buffer + size), _current(buffer), _first(buffer) {}
    log_buf(const log_buf&) = delete;
    log_buf& operator=(const log_buf&) = delete;
    ~log_buf();

    const char* data() const noexcept { return _begin; }
    size_t size() const noexcept { return size_t(_current - _begin); }
    size_t capacity() const noexcept { return size_t(_end - _begin); }
    std::string_view view() const noexcept { return {data(), size()}; }
    void clear() noexcept { _current = _begin; }
    void push_back(char c) noexcept {
        if (_current != _end || grow()) [[likely]] {
            *_current++ = c;
        }
    }
    void append(std::string_view text) noexcept {
        for (char c : text) {
            push_back(c);
        }
    }
    /// Cuts off what is behind the first `size` characters. Requires: size <= size().
    void resize_down(size_t size) noexcept { _current = _begin + size; }

    /// Appends what is assigned to it.
    class inserter_iterator {
        log_buf* _buf = nullptr;

    public:
        using iterator_category = std::output_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = void;
        using pointer = void;
        using reference = void;

        inserter_iterator() noexcept = default;
        explicit inserter_iterator(log_buf& buf) noexcept : _buf(&buf) {}
        inserter_iterator& operator=(char c) noexcept {
            _buf->push_back(c);
            return *this;
        }
        inserter_iterator& operator*() noexcept { return *this; }
        inserter_iterator& operator++() noexcept { return *this; }
        inserter_iterator operator++(int) noexcept { return *this; }
    };
    inserter_iterator back_insert_begin() noexcept { return inserter_iterator(*this); }

private:
    bool grow() noexcept;

    char* _begin;
    char* _end;
    char* _current;
    char* const _first; ///< not from the heap
    char _stack[1024];
};

// What fmt cannot format but an ostream prints goes to fmt wrapped.
template <typename T>
inline constexpr bool log_by_ostream = !fmt::is_formattable<T>::value && printable<T>;
template <typename T>
using log_arg_t = std::conditional_t<log_by_ostream<std::remove_cvref_t<T>>, streamed, std::remove_reference_t<T>>;

template <typename T>
decltype(auto) to_log_arg(const T& value) noexcept {
    if constexpr (log_by_ostream<T>) {
        return streamed(value);
    } else {
        return (value);
    }
}

}

/// A named source of log lines. Made before or after start-up, usually as a static object; used on any thread.
class logger {
public:
    /// Writes a line's text itself, straight into its buffer: return an iterator behind what was written.
    class log_writer {
    public:
        virtual ~log_writer() = default;
        virtual internal::log_buf::inserter_iterator operator()(internal::log_buf::inserter_iterator) = 0;
    };
    template <typename Func>
    class lambda_log_writer final : public log_writer {
        Func _func;

    public:
        explicit lambda_log_writer(Func func) : _func(std::move(func)) {}
        internal::log_buf::inserter_iterator operator()(internal::log_buf::inserter_iterator it) override {
            return _func(it);
        }
    };

    /// A format string, checked when it is compiled.
    template <typename... Args>
    using format_info = fmt::format_string<internal::log_arg_t<Args>...>;

    /// Lets one line through per interval (any std::chrono duration) and counts the others; the next line that passes
    /// says how many there were. Shard: used on one.
    class rate_limit {
    public:
        template <typename Duration>
            requires requires { typename Duration::period; }
        explicit rate_limit(Duration interval) noexcept
            : _interval_ns(int64_t(interval.count()) * (1'000'000'000 * Duration::period::num) /
                           Duration::period::den) {}

    private:
        friend class logger;
        bool check() noexcept;

        int64_t _interval_ns;
        int64_t _next_ns = 0;
        uint64_t _dropped = 0;
    };

    explicit logger(sstring name);
    logger(logger&& other);
    logger& operator=(logger&&) = delete;
    ~logger();

    bool is_enabled(log_level level) const noexcept { return int(level) <= __atomic_load_n(&_level, __ATOMIC_RELAXED); }
    log_level level() const noexcept { return log_level(__atomic_load_n(&_level, __ATOMIC_RELAXED)); }
    void set_level(log_level level) noexcept { __atomic_store_n(&_level, int(level), __ATOMIC_RELAXED); }
    const sstring& name() const noexcept { return _name; }

    /// Writes a line if the level is enabled. Arguments are what fmt formats, or an ostream prints.
    template <typename... Args>
    void log(log_level level, format_info<Args...> format, Args&&... args) noexcept {
        if (is_enabled(level)) {
            log_mapped(level, nullptr, format, internal::to_log_arg(args)...);
        }
    }
    template <typename... Args>
    void log(log_level level, rate_limit& limit, format_info<Args...> format, Args&&... args) noexcept {
        if (is_enabled(level) && limit.check()) {
            log_mapped(level, &limit, format, internal::to_log_arg(args)...);
        }
    }
    void log(log_level level, log_writer& writer) noexcept {
        if (is_enabled(level)) {
            write(level, nullptr, writer);
        }
    }
    void log(log_level level, rate_limit& limit, log_writer& writer) noexcept {
        if (is_enabled(level) && limit.check()) {
            write(level, &limit, writer);
        }
    }

    template <typename... Args>
    void error(format_info<Args...> format, Args&&... args) noexcept {
        log(log_level::error, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void warn(format_info<Args...> format, Args&&... args) noexcept {
        log(log_level::warn, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void info(format_info<Args...> format, Args&&... args) noexcept {
        log(log_level::info, format, std::forward<Args>(args)...);
    }
    /// As info(), on shard 0 only.
    template <typename... Args>
    void info0(format_info<Args...> format, Args&&... args) noexcept {
        if (is_shard_zero()) {
            log(log_level::info, format, std::forward<Args>(args)...);
        }
    }
    template <typename... Args>
    void debug(format_info<Args...> format, Args&&... args) noexcept {
        log(log_level::debug, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void trace(format_info<Args...> format, Args&&... args) noexcept {
        log(log_level::trace, format, std::forward<Args>(args)...);
    }

    static bool is_shard_zero() noexcept;

    // Settings of all loggers.

    /// Lines go here instead of to standard error. The stream has to outlive what is logged.
    static void set_ostream(std::ostream& os) noexcept;
    /// Whether lines go to the ostream, standard error or standard output at all.
    static void set_ostream_enabled(bool enabled) noexcept;
    /// Standard output instead of standard error.
    static void set_stdout_enabled(bool enabled) noexcept;
    static void set_syslog_enabled(bool enabled) noexcept;
    /// Colours the level, for terminals.
    static void set_with_color(bool enabled) noexcept;
    static void set_timestamp_style(logger_timestamp_style style) noexcept;
    /// The least number of columns of the shard's number.
    static void set_shard_field_width(unsigned width) noexcept;

private:
    template <typename... Mapped>
    void log_mapped(log_level level, rate_limit* limit, fmt::string_view format, const Mapped&... args) noexcept {
        write(level, limit, format, fmt::make_format_args(args...));
    }
    void write(log_level level, rate_limit* limit, fmt::string_view format, fmt::format_args args) noexcept;
    void write(log_level level, rate_limit* limit, log_writer& writer) noexcept;

    sstring _name;
    int _level = int(log_level::info); ///< a log_level, atomic
    friend class logger_registry;
};

/// All loggers of the program. Any thread.
class logger_registry {
public:
    std::vector<sstring> get_all_logger_names();
    /// Those that exist and those to come.
    void set_all_loggers_level(log_level level);
    /// Throws std::out_of_range when there is no logger of that name.
    log_level get_logger_level(const sstring& name) const;
    void set_logger_level(const sstring& name, log_level level);

    void register_logger(logger* l);
    void unregister_logger(logger* l) noexcept;
    void moved(logger* from, logger* to) noexcept;
};

logger_registry& global_logger_registry() noexcept;

/// Everything about logging that a program may be told when it starts.
struct logging_settings final {
    std::unordered_map<sstring, log_level> logger_levels;
    log_level default_level = log_level::info;
    bool stdout_enabled = true; ///< whether lines go to `logger_ostream` at all
    bool syslog_enabled = false;
    bool with_color = false;
    logger_timestamp_style stdout_timestamp_style = logger_timestamp_style::real;
    logger_ostream_type logger_ostream = logger_ostream_type::cerr;
};

/// Throws std::out_of_range when a level is for a logger that does not exist.
void apply_logging_settings(const logging_settings& settings);

/// How many lines were lost: no room at their destination, no memory, an argument that threw. Any thread.
uint64_t logging_failures() noexcept;

/// "std::vector<int>" for typeid(std::vector<int>).
sstring pretty_type_name(const std::type_info& type);

/// A logger with the name of a type.
template <typename T>
class logger_for : public logger {
public:
    logger_for() : logger(pretty_type_name(typeid(T))) {}
};

/// The library's own.
extern logger seastar_logger;

}
