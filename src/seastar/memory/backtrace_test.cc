#include <seastar/util/backtrace.hh>

#include <dlfcn.h>
#include <exception>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace seastar;
using testing::HasSubstr;

namespace {

[[gnu::noinline]] saved_backtrace trace_here(int depth) {
    if (depth > 0) {
        auto t = trace_here(depth - 1);
        asm volatile("" : : "r"(&t) : "memory"); // no tail call
        return t;
    }
    auto t = current_backtrace();
    asm volatile("" : : "r"(&t) : "memory");
    return t;
}

bool inside(uintptr_t address, uintptr_t begin) {
    return address >= begin && address < begin + 512;
}

TEST(backtrace, begins_with_the_caller) {
    auto trace = trace_here(0);
    ASSERT_GE(trace.size(), 3u);
    EXPECT_TRUE(inside(trace.begin()->addr, reinterpret_cast<uintptr_t>(&trace_here)));
}

TEST(backtrace, is_longer_the_deeper_the_call_and_bounded) {
    auto a = trace_here(1);
    auto b = trace_here(5);
    EXPECT_EQ(b.size(), a.size() + 4);
    EXPECT_EQ(trace_here(500).size(), simple_backtrace::frames_max);
}

TEST(backtrace, compares_and_hashes_by_its_addresses) {
    std::vector<saved_backtrace> same;
    volatile int rounds = 2; // one call instruction: an unrolled loop would have two
    for (int i = 0; i < rounds; ++i) {
        same.push_back(trace_here(2));
    }
    EXPECT_TRUE(same[0] == same[1]);
    EXPECT_EQ(same[0].hash(), same[1].hash());
    auto other = trace_here(3);
    EXPECT_FALSE(same[0] == other);
    EXPECT_NE(std::hash<simple_backtrace>()(same[0]), other.hash());
}

TEST(backtrace, prints_addresses_of_the_program_plainly_and_of_shared_objects_with_their_path) {
    simple_backtrace trace;
    auto own = reinterpret_cast<uintptr_t>(&trace_here);
    auto foreign = reinterpret_cast<uintptr_t>(::dlsym(RTLD_DEFAULT, "getpagesize"));
    Dl_info own_info{}, foreign_info{};
    ASSERT_TRUE(::dladdr(reinterpret_cast<void*>(own), &own_info));
    ASSERT_TRUE(::dladdr(reinterpret_cast<void*>(foreign), &foreign_info));
    trace.push_back({own});
    trace.push_back({foreign});
    std::ostringstream os;
    os << trace;
    auto expected_foreign =
        fmt::format("{}+0x{:x}", foreign_info.dli_fname, foreign - reinterpret_cast<uintptr_t>(foreign_info.dli_fbase));
    EXPECT_THAT(os.str(), testing::MatchesRegex("0x[0-9a-f]+\n/.*libc.*\\+0x[0-9a-f]+"));
    EXPECT_THAT(os.str(), HasSubstr(expected_foreign));
    EXPECT_EQ(fmt::format("{}", trace), os.str());
    EXPECT_EQ(fmt::format("{}", simple_backtrace()), "");
}

[[gnu::noinline]] int frames_by_pointer() {
    int frames = 0;
    backtrace([&frames](frame f) {
        EXPECT_NE(f.addr, 0u);
        ++frames;
    });
    return frames;
}

TEST(backtrace, follows_frame_pointers_on_any_thread) {
    EXPECT_GE(frames_by_pointer(), 1);
    int frames = 0;
    std::thread([&frames] { frames = frames_by_pointer(); }).join();
    EXPECT_GE(frames, 1);
}

TEST(backtraced_exception, is_caught_as_the_original_and_says_where_it_was_thrown) {
    try {
        throw_with_backtrace<std::runtime_error>("hello");
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_THAT(e.what(), testing::StartsWith("hello Backtrace: "));
        EXPECT_THAT(std::string(e.what()), HasSubstr("0x"));
        EXPECT_NE(dynamic_cast<const internal::backtraced<std::runtime_error>*>(&e), nullptr);
    }
}

TEST(backtraced_exception, shares_its_text_with_its_copies_on_all_threads) {
    auto p = make_backtraced_exception_ptr<std::out_of_range>("far");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([p] {
            try {
                std::rethrow_exception(p);
            } catch (const internal::backtraced<std::out_of_range>& e) {
                auto copy = e;
                internal::backtraced<std::out_of_range> other("x");
                other = copy;
                EXPECT_STREQ(other.what(), e.what());
                EXPECT_THAT(copy.what(), testing::StartsWith("far Backtrace: "));
            }
        });
    }
    for (auto& t : threads) {
        t.join();
    }
}

TEST(backtraced_exception, keeps_what_the_original_knows) {
    try {
        throw_with_backtrace<std::system_error>(std::make_error_code(std::errc::address_in_use), "bind");
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::address_in_use);
        EXPECT_THAT(e.what(), HasSubstr("bind"));
    }
}

}
