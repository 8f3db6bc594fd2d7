#include <seastar/core/format.hh>
#include <seastar/core/print.hh>
#include <seastar/core/shard_id.hh>
#include <seastar/util/log.hh>

#include "log_output.hh"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

using namespace seastar;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

int64_t wall_ns;
int64_t steady_ns;

// Log lines of a fixed time go into a string.
class log_test : public testing::Test {
protected:
    std::ostringstream os;
    logger log{"test.log"};

    void SetUp() override {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
        wall_ns = 1585652889'208'999'999; // 2020-03-31 11:08:09
        steady_ns = 12'345'678'901;
        internal::set_log_clock({[]() noexcept { return wall_ns; }, []() noexcept { return steady_ns; }});
        logger::set_ostream(os);
    }
    void TearDown() override {
        apply_logging_settings(logging_settings());
        logger::set_shard_field_width(1);
        internal::set_log_clock({nullptr, nullptr});
    }
    std::string take() {
        std::string s = os.str();
        os.str("");
        return s;
    }
};

TEST_F(log_test, a_line_has_level_time_shard_name_and_text) {
    log.set_level(log_level::trace);
    log.error("a {}", 1);
    log.warn("b");
    log.info("{}{}", "c", 2.5);
    log.debug("d");
    log.trace("e");
    EXPECT_EQ(take(), "ERROR 2020-03-31 11:08:09,208 [shard 0] test.log - a 1\n"
                      "WARN  2020-03-31 11:08:09,208 [shard 0] test.log - b\n"
                      "INFO  2020-03-31 11:08:09,208 [shard 0] test.log - c2.5\n"
                      "DEBUG 2020-03-31 11:08:09,208 [shard 0] test.log - d\n"
                      "TRACE 2020-03-31 11:08:09,208 [shard 0] test.log - e\n");
}

TEST_F(log_test, the_time_moves_on) {
    log.info("a");
    wall_ns += 2'000'000'000 - 208'000'000;
    log.info("b");
    EXPECT_THAT(take(), HasSubstr("11:08:11,000 [shard 0] test.log - b"));
}

TEST_F(log_test, the_shard_is_the_threads) {
    std::thread([this] {
        internal::set_this_shard_id(7);
        log.info("x");
        log.info0("not on this shard");
        logger::set_shard_field_width(3);
        log.info("y");
    }).join();
    log.info0("zero");
    EXPECT_EQ(take(), "INFO  2020-03-31 11:08:09,208 [shard 7] test.log - x\n"
                      "INFO  2020-03-31 11:08:09,208 [shard   7] test.log - y\n"
                      "INFO  2020-03-31 11:08:09,208 [shard   0] test.log - zero\n");
}

TEST_F(log_test, only_enabled_levels_are_written_and_formatted) {
    int printed = 0;
    log.set_level(log_level::warn);
    EXPECT_TRUE(log.is_enabled(log_level::warn));
    EXPECT_FALSE(log.is_enabled(log_level::info));
    auto count = [&printed](internal::log_buf::inserter_iterator it) {
        ++printed;
        return it;
    };
    logger::lambda_log_writer writer(count);
    log.log(log_level::info, writer);
    EXPECT_EQ(printed, 0);
    log.log(log_level::warn, writer);
    EXPECT_EQ(printed, 1);
    log.info("x");
    EXPECT_THAT(take(), testing::EndsWith("test.log - \n"));
}

struct streamable {
    friend std::ostream& operator<<(std::ostream& os, const streamable&) { return os << "streamed"; }
};
struct throwing {
    friend std::ostream& operator<<(std::ostream&, const throwing&) { throw std::runtime_error("cannot print"); }
};
struct plain {};

TEST_F(log_test, arguments_are_what_fmt_or_an_ostream_prints) {
    const streamable s;
    auto e = std::make_exception_ptr(std::runtime_error("hello"));
    sstring text = "text";
    char array[] = "array";
    log.info("{} {} {:>5}|{} {}", s, e, text, array, streamable());
    EXPECT_THAT(take(), HasSubstr(" - streamed std::runtime_error (hello)  text|array streamed\n"));
    log.info("{} {}", std::string_view("view"), static_cast<const void*>(nullptr));
    EXPECT_THAT(take(), HasSubstr(" - view 0x0\n"));
    log.info(fmt::runtime(std::string("run {}")), "time");
    EXPECT_THAT(take(), HasSubstr(" - run time\n"));
}

TEST_F(log_test, never_throws) {
    auto before = logging_failures();
    log.info("{}", throwing());
    EXPECT_THAT(take(), HasSubstr(" - failed to format a log message: std::runtime_error (cannot print)\n"));
    log.info(fmt::runtime("{} {}"), 1);
    EXPECT_THAT(take(), HasSubstr("failed to format a log message: fmt::"));
    EXPECT_EQ(logging_failures(), before + 2);
}

TEST_F(log_test, a_text_grows_out_of_memory_of_the_callers) {
    char memory[4];
    internal::log_buf text(memory, sizeof(memory));
    EXPECT_EQ(text.capacity(), 4u);
    text.append("1234");
    EXPECT_EQ(text.data(), memory);
    fmt::format_to(text.back_insert_begin(), "{}", 5);
    EXPECT_NE(text.data(), memory);
    EXPECT_EQ(text.view(), "12345");
}

TEST_F(log_test, cuts_lines_that_are_too_long) {
    log.info("{}", std::string(5000, 'x'));
    EXPECT_THAT(take(), HasSubstr(std::string(5000, 'x') + "\n"));
    log.info("{}", std::string(1000000, 'x'));
    std::string line = take();
    EXPECT_EQ(line.size(), internal::log_buf::line_size_max);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST_F(log_test, a_writer_writes_its_own_text) {
    logger::lambda_log_writer writer([](internal::log_buf::inserter_iterator it) {
        return fmt::format_to(it, "{}-{}", 1, 2);
    });
    log.log(log_level::info, writer);
    EXPECT_THAT(take(), HasSubstr(" - 1-2\n"));
}

TEST_F(log_test, a_rate_limit_lets_one_line_through_per_interval_and_counts_the_rest) {
    logger::rate_limit limit(10ms);
    for (int i = 0; i < 5; ++i) {
        log.log(log_level::warn, limit, "peer {}", i);
    }
    EXPECT_THAT(take(), testing::EndsWith(" - peer 0\n"));
    steady_ns += 9'999'999;
    log.log(log_level::warn, limit, "early");
    EXPECT_EQ(take(), "");
    steady_ns += 1;
    log.log(log_level::warn, limit, "late");
    EXPECT_THAT(take(), HasSubstr(" - (rate limiting dropped 5 similar messages) late\n"));
    steady_ns += 10'000'000;
    log.log(log_level::warn, limit, "quiet");
    EXPECT_THAT(take(), HasSubstr(" - quiet\n"));
}

TEST_F(log_test, styles_and_colours_change_the_prefix) {
    logger::set_timestamp_style(logger_timestamp_style::boot);
    log.info("x");
    EXPECT_EQ(take(), "INFO  12.345678 [shard 0] test.log - x\n");
    logger::set_timestamp_style(logger_timestamp_style::none);
    log.info("x");
    EXPECT_EQ(take(), "INFO  [shard 0] test.log - x\n");
    logger::set_with_color(true);
    log.error("x");
    EXPECT_EQ(take(), "\x1b[1;31mERROR\x1b[0m [shard 0] test.log - x\n");
    logger::set_ostream_enabled(false);
    log.error("x");
    EXPECT_EQ(take(), "");
}

TEST_F(log_test, a_stream_that_fails_does_not_hurt) {
    auto before = logging_failures();
    os.setstate(std::ios::badbit);
    log.info("lost");
    EXPECT_EQ(logging_failures(), before + 1);
    os.clear();
    log.info("next");
    EXPECT_EQ(take(), "WARN  2020-03-31 11:08:09,208 [shard 0] log - 1 lines lost\n"
                      "INFO  2020-03-31 11:08:09,208 [shard 0] test.log - next\n");
}

// Puts a pipe in the place of standard error.
struct stderr_pipe {
    int saved = ::dup(STDERR_FILENO);
    int read_end = -1;
    stderr_pipe() {
        int fds[2];
        EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
        EXPECT_EQ(::dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
        ::close(fds[1]);
        read_end = fds[0];
        ::fcntl(read_end, F_SETFL, O_NONBLOCK);
    }
    ~stderr_pipe() {
        ::dup2(saved, STDERR_FILENO);
        ::close(saved);
        ::close(read_end);
    }
    std::string read_all() {
        std::string all;
        char buffer[4096];
        ssize_t n;
        while ((n = ::read(read_end, buffer, sizeof(buffer))) > 0) {
            all.append(buffer, size_t(n));
        }
        return all;
    }
};

TEST_F(log_test, lines_go_to_standard_error_and_keep_errno) {
    apply_logging_settings(logging_settings());
    std::string text;
    int saved_errno;
    {
        stderr_pipe pipe;
        errno = ENOENT;
        log.info("to stderr");
        saved_errno = errno;
        text = pipe.read_all();
    }
    EXPECT_EQ(text, "INFO  2020-03-31 11:08:09,208 [shard 0] test.log - to stderr\n");
    EXPECT_EQ(saved_errno, ENOENT);
}

TEST_F(log_test, a_reader_that_does_not_read_costs_lines_not_time) {
    apply_logging_settings(logging_settings());
    auto before = logging_failures();
    std::string first, second;
    {
        stderr_pipe pipe;
        for (int i = 0; i < 2000; ++i) {
            log.info("{:0100}", i);
        }
        first = pipe.read_all();
        log.info("after");
        second = pipe.read_all();
    }
    auto lost = logging_failures() - before;
    auto lines = std::count(first.begin(), first.end(), '\n');
    EXPECT_GT(lost, 0u);
    EXPECT_EQ(lost + uint64_t(lines), 2000u);
    EXPECT_EQ(second, fmt::format("WARN  2020-03-31 11:08:09,208 [shard 0] log - {} lines lost\n"
                                  "INFO  2020-03-31 11:08:09,208 [shard 0] test.log - after\n", lost));
}

TEST_F(log_test, lines_of_several_threads_do_not_mix) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([this, t] {
            for (int i = 0; i < 200; ++i) {
                log.info("{}", std::string(50, char('a' + t)));
            }
        });
    }
    for (auto& t : threads) {
        t.join();
    }
    std::istringstream is(take());
    std::string line;
    int lines = 0;
    while (std::getline(is, line)) {
        ++lines;
        ASSERT_THAT(line, MatchesRegex("INFO  .* test.log - (aaa*|bbb*|ccc*|ddd*)"));
    }
    EXPECT_EQ(lines, 800);
}

TEST_F(log_test, the_registry_knows_every_logger_by_name) {
    auto& registry = global_logger_registry();
    {
        logger other("test.other");
        logger moved = std::move(other);
        auto names = registry.get_all_logger_names();
        EXPECT_THAT(names, testing::IsSupersetOf({sstring("seastar"), sstring("test.log"), sstring("test.other")}));
        registry.set_logger_level("test.other", log_level::trace);
        EXPECT_EQ(moved.level(), log_level::trace);
        EXPECT_EQ(registry.get_logger_level("test.other"), log_level::trace);
        EXPECT_EQ(log.level(), log_level::info);
    }
    EXPECT_THROW(registry.get_logger_level("test.other"), std::out_of_range);
    EXPECT_THROW(registry.set_logger_level("no such", log_level::info), std::out_of_range);
    registry.set_all_loggers_level(log_level::debug);
    EXPECT_EQ(log.level(), log_level::debug);
    EXPECT_EQ(logger("test.new").level(), log_level::debug);
    logging_settings settings;
    settings.logger_levels["test.log"] = log_level::error;
    apply_logging_settings(settings);
    EXPECT_EQ(log.level(), log_level::error);
    EXPECT_EQ(seastar_logger.level(), log_level::info);
}

TEST_F(log_test, a_logger_may_be_named_for_a_type) {
    logger_for<std::vector<int>> l;
    EXPECT_THAT(std::string(l.name()), HasSubstr("std::vector<int"));
}

TEST(log_level_names, print_and_parse) {
    std::ostringstream os;
    os << log_level::warn << " " << logger_timestamp_style::boot << " " << logger_ostream_type::cout;
    EXPECT_EQ(os.str(), "warn boot stdout");
    EXPECT_EQ(fmt::format("{}", log_level::trace), "trace");
    std::istringstream is("error nonsense");
    log_level level;
    EXPECT_TRUE(is >> level);
    EXPECT_EQ(level, log_level::error);
    EXPECT_FALSE(is >> level);
}

TEST(exception_text, is_the_type_and_what_it_says) {
    auto text = [](std::exception_ptr e) {
        std::ostringstream os;
        os << e;
        EXPECT_EQ(fmt::format("{}", e), os.str());
        return os.str();
    };
    EXPECT_EQ(text(std::make_exception_ptr(std::runtime_error("hello"))), "std::runtime_error (hello)");
    EXPECT_EQ(text(std::make_exception_ptr(5)), "int");
    EXPECT_THAT(text(std::make_exception_ptr(plain())), HasSubstr("plain"));
    EXPECT_EQ(text(nullptr), "<no exception>");
    std::exception_ptr nested;
    try {
        try {
            throw std::logic_error("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (...) {
        nested = std::current_exception();
    }
    EXPECT_THAT(text(nested), testing::EndsWith("(outer): std::logic_error (inner)"));
}

TEST(print, formats_into_strings_and_streams) {
    sstring s = format("{} of {}", 1, "two");
    EXPECT_EQ(s, "1 of two");
    std::ostringstream os;
    print(os, "{:03}", 7);
    fmt_print(os, " {}", s);
    std::vector<int> v{1, 2, 3};
    os << " " << format_separated(v.begin(), v.end()) << " " << format_separated(v.begin(), v.begin(), ";");
    EXPECT_EQ(os.str(), "007 1 of two 1, 2, 3 ");
}

TEST(pretty_type_name, is_demangled) {
    EXPECT_EQ(pretty_type_name(typeid(std::runtime_error)), "std::runtime_error");
}

}
