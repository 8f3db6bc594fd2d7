#include <seastar/core/on_internal_error.hh>
#include <seastar/util/log-cli.hh>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>

using namespace seastar;
namespace bpo = boost::program_options;

namespace {

logging_settings parse(std::vector<std::string> arguments) {
    bpo::variables_map vars;
    bpo::store(bpo::command_line_parser(arguments).options(log_cli::get_options_description()).run(), vars);
    bpo::notify(vars);
    return log_cli::extract_settings(vars);
}

TEST(log_cli, has_defaults) {
    auto s = parse({});
    EXPECT_EQ(s.default_level, log_level::info);
    EXPECT_TRUE(s.logger_levels.empty());
    EXPECT_TRUE(s.stdout_enabled);
    EXPECT_FALSE(s.syslog_enabled);
    EXPECT_FALSE(s.with_color);
    EXPECT_EQ(s.stdout_timestamp_style, logger_timestamp_style::real);
    EXPECT_EQ(s.logger_ostream, logger_ostream_type::cerr);
}

TEST(log_cli, reads_every_option) {
    auto s = parse({"--default-log-level=debug", "--logger-log-level=a=trace:b=warn", "--logger-log-level", "a=error",
                    "--log-to-stdout=0", "--log-to-syslog=1", "--log-with-color=1", "--logger-stdout-timestamps=boot",
                    "--logger-ostream-type=stdout"});
    EXPECT_EQ(s.default_level, log_level::debug);
    EXPECT_EQ(s.logger_levels,
              (std::unordered_map<sstring, log_level>{{"a", log_level::error}, {"b", log_level::warn}}));
    EXPECT_FALSE(s.stdout_enabled);
    EXPECT_TRUE(s.syslog_enabled);
    EXPECT_TRUE(s.with_color);
    EXPECT_EQ(s.stdout_timestamp_style, logger_timestamp_style::boot);
    EXPECT_EQ(s.logger_ostream, logger_ostream_type::cout);
}

TEST(log_cli, refuses_nonsense) {
    EXPECT_THROW(parse({"--default-log-level=loud"}), std::runtime_error);
    EXPECT_THROW(parse({"--logger-log-level=a"}), std::runtime_error);
    EXPECT_THROW(parse({"--logger-log-level==info"}), std::runtime_error);
    EXPECT_THROW(parse({"--logger-log-level=a=loud"}), std::runtime_error);
    EXPECT_THROW(parse({"--logger-ostream-type=printer"}), bpo::error);
}

TEST(log_cli, lists_loggers) {
    logger l("test.listed");
    std::ostringstream os;
    log_cli::print_available_loggers(os);
    EXPECT_THAT(os.str(), testing::HasSubstr("test.listed\n"));
}

class on_internal_error_test : public testing::Test {
protected:
    std::ostringstream os;
    logger log{"test.internal"};
    void SetUp() override { logger::set_ostream(os); }
    void TearDown() override {
        apply_logging_settings(logging_settings());
        set_abort_on_internal_error(false);
    }
};

TEST_F(on_internal_error_test, logs_where_and_throws) {
    try {
        on_internal_error(log, "broken");
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "broken");
    }
    EXPECT_THAT(os.str(), testing::ContainsRegex("^ERROR .* test.internal - broken, at: .*0x"));
    EXPECT_THROW(on_internal_error(log, std::make_exception_ptr(std::out_of_range("far"))), std::out_of_range);
    EXPECT_THAT(os.str(), testing::HasSubstr("std::out_of_range (far), at: "));
    on_internal_error_noexcept(log, "still here");
    EXPECT_THAT(os.str(), testing::HasSubstr("still here, at: "));
}

TEST_F(on_internal_error_test, aborts_where_that_is_wanted) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    auto abort_now = [](auto call) {
        apply_logging_settings(logging_settings());
        set_abort_on_internal_error(true);
        call();
    };
    EXPECT_DEATH(abort_now([this] { on_internal_error(log, "broken"); }), "broken, at: ");
    EXPECT_DEATH(abort_now([this] { on_internal_error_noexcept(log, "quiet"); }), "quiet, at: ");
    EXPECT_DEATH(abort_now([this] {
        set_abort_on_internal_error(false);
        on_fatal_internal_error(log, "fatal");
    }), "fatal, at: ");
    EXPECT_FALSE(set_abort_on_internal_error(true));
    EXPECT_TRUE(set_abort_on_internal_error(false));
}

}
