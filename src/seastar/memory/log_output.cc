#include "log_output.hh"

#include <cerrno>
#include <ctime>
#include <mutex>
#include <ostream>
#include <poll.h>
#include <syslog.h>
#include <unistd.h>

namespace seastar::internal {

// tidy-allow(global): loggers are static objects and log before any node exists
constinit log_output_settings log_output;

namespace {

// tidy-allow(global): as above
constinit std::atomic<uint64_t> failures{0};
// tidy-allow(global): as above; those that no line has mentioned yet
constinit std::atomic<uint64_t> lost_lines{0};
// tidy-allow(global): as above; a stream takes one line at a time
constinit std::mutex ostream_mutex;

int64_t read_clock(clockid_t id) noexcept {
    timespec t{};
    ::clock_gettime(id, &t); // tidy-allow(clock): the default where no node has set its own
    return int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}
int64_t system_wall() noexcept {
    return read_clock(CLOCK_REALTIME);
}
int64_t system_steady() noexcept {
    return read_clock(CLOCK_BOOTTIME);
}
// tidy-allow(global): as above; a node sets them
constinit std::atomic<int64_t (*)() noexcept> wall_clock{system_wall};
// tidy-allow(global): as above
constinit std::atomic<int64_t (*)() noexcept> steady_clock{system_steady};

// Keeps errno as it was: logging an error must not change it.
struct errno_guard {
    int saved = errno;
    ~errno_guard() { errno = saved; }
};

bool has_room(int fd) noexcept {
    pollfd p{fd, POLLOUT, 0};
    // tidy-allow(syscall): standard output and error are the process's, and any thread logs
    return ::poll(&p, 1, 0) == 1 && (p.revents & POLLOUT);
}

// The whole line in one write, so that lines of several threads and processes do not mix. A pipe or terminal that has
// no room at the moment costs the line, not the shard's time; only what does not fit a pipe's page is written in
// pieces.
bool write_to_descriptor(int fd, std::string_view text) noexcept {
    while (!text.empty()) {
        if (!has_room(fd)) {
            return false;
        }
        // tidy-allow(syscall): as above
        ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(n > 0 ? size_t(n) : 0);
    }
    return true;
}

bool write_to_ostream(std::ostream& os, std::string_view text) noexcept {
    try {
        std::lock_guard guard(ostream_mutex);
        os.write(text.data(), std::streamsize(text.size()));
        os.flush();
        return os.good();
    } catch (...) {
        return false;
    }
}

bool write_text(std::string_view text) noexcept {
    if (std::ostream* os = log_output.ostream.load(std::memory_order_acquire)) {
        return write_to_ostream(*os, text);
    }
    switch (log_output.type.load(std::memory_order_relaxed)) {
    case logger_ostream_type::none:
        return true;
    case logger_ostream_type::cerr:
        return write_to_descriptor(STDERR_FILENO, text);
    case logger_ostream_type::cout:
        return write_to_descriptor(STDOUT_FILENO, text);
    }
    return true;
}

constexpr int syslog_priority(log_level level) noexcept {
    switch (level) {
    case log_level::error:
        return LOG_ERR;
    case log_level::warn:
        return LOG_WARNING;
    case log_level::info:
        return LOG_NOTICE;
    case log_level::debug:
        return LOG_INFO;
    case log_level::trace:
        return LOG_DEBUG;
    }
    return LOG_NOTICE;
}

}

void count_log_failure() noexcept {
    failures.fetch_add(1, std::memory_order_relaxed);
}

uint64_t log_failure_count() noexcept {
    return failures.load(std::memory_order_relaxed);
}

uint64_t take_lost_log_lines() noexcept {
    return lost_lines.load(std::memory_order_relaxed) ? lost_lines.exchange(0, std::memory_order_relaxed) : 0;
}

void count_lost_log_lines(uint64_t count) noexcept {
    lost_lines.fetch_add(count, std::memory_order_relaxed);
}

bool write_log_line(log_level level, std::string_view line, size_t message_at) noexcept {
    errno_guard guard;
    bool sent = true;
    if (log_output.ostream_enabled.load(std::memory_order_relaxed)) {
        sent = write_text(line);
    }
    if (log_output.syslog_enabled.load(std::memory_order_relaxed)) {
        std::string_view message = line.substr(message_at);
        message.remove_suffix(1);
        ::syslog(syslog_priority(level), "%.*s", int(message.size()), message.data());
    }
    return sent;
}

void set_log_clock(log_clock clock) noexcept {
    wall_clock.store(clock.wall ? clock.wall : system_wall);
    steady_clock.store(clock.steady ? clock.steady : system_steady);
}

int64_t log_wall_clock() noexcept {
    return wall_clock.load(std::memory_order_relaxed)();
}

int64_t log_steady_clock() noexcept {
    return steady_clock.load(std::memory_order_relaxed)();
}

}
