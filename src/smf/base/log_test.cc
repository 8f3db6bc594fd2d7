#include <smf/log.h>

#include <gtest/gtest.h>

#include <ostream>
#include <sstream>
#include <stdexcept>
#include <unordered_map>

namespace smf {
namespace {

struct only_streams {
    int n;
};
std::ostream& operator<<(std::ostream& o, const only_streams& v) {
    return o << "streamed " << v.n;
}

class Log : public ::testing::Test {
protected:
    void SetUp() override {
        seastar::logger::set_ostream(_out);
        seastar::logger::set_ostream_enabled(true);
    }
    void TearDown() override {
        seastar::logger::set_ostream(std::cerr);
        app_run_log_level(seastar::log_level::info);
    }
    std::string take() {
        auto s = _out.str();
        _out.str("");
        return s;
    }
    std::ostringstream _out;
};

TEST_F(Log, NamesTheFileTheLineAndTheLogger) {
    auto line = __LINE__ + 1;
    LOG_INFO("a {} b", 5);
    auto text = take();
    EXPECT_EQ(text.substr(0, 6), "INFO  ");
    auto want = " smf - log_test.cc:" + std::to_string(line) + "] a 5 b\n";
    EXPECT_NE(text.find(want), std::string::npos) << text;
}

TEST_F(Log, AdaptsPointersTextsAndOstreamTypes) {
    std::unordered_map<int, int> map;
    seastar::sstring key = "key.1";
    std::ostringstream address;
    address << static_cast<const void*>(&map);
    LOG_WARN("{}/{}: {} {} {}", &map, 3u, key, only_streams{7}, "text");
    EXPECT_NE(take().find("] " + address.str() + "/3: key.1 streamed 7 text\n"), std::string::npos);
}

TEST_F(Log, EvaluatesNothingBelowTheLevel) {
    auto evaluated = 0;
    LOG_DEBUG("{}", ++evaluated);
    EXPECT_EQ(evaluated, 0);
    app_run_log_level(seastar::log_level::debug);
    LOG_DEBUG("{}", ++evaluated);
    EXPECT_EQ(evaluated, 1);
}

TEST_F(Log, ShowsTheConditionOfAConditionalLine) {
    LOG_ERROR_IF(1 + 1 == 3, "no");
    EXPECT_EQ(take(), "");
    LOG_ERROR_IF(1 + 1 == 2, "yes {}", 1);
    EXPECT_NE(take().find("(1 + 1 == 2) "), std::string::npos);
}

TEST_F(Log, ThrowsTheFormattedText) {
    try {
        LOG_THROW("cannot open {}", "x");
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "cannot open x");
    }
    EXPECT_NE(take().find("cannot open x\n"), std::string::npos);
    EXPECT_NO_THROW(LOG_THROW_IF(false, "never"));
    EXPECT_THROW(LOG_THROW_IF(true, "always {}", 1), std::runtime_error);
}

TEST_F(Log, ThrowsForANullPointerAndPassesOthersOn) {
    int n = 5;
    int* p = &n;
    EXPECT_EQ(THROW_IFNULL(p), &n);
    p = nullptr;
    EXPECT_THROW(THROW_IFNULL(p), std::runtime_error);
}

TEST_F(Log, DebugLinesExistWithoutNdebugOnly) {
    DLOG_INFO("d {}", 1);
#ifdef NDEBUG
    EXPECT_EQ(take(), "");
#else
    EXPECT_NE(take().find("smf - D log_test.cc:"), std::string::npos);
#endif
}

}
}
