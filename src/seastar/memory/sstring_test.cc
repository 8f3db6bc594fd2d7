#include <seastar/core/sstring.hh>

#include <seastar/core/temporary_buffer.hh>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <list>
#include <map>
#include <sstream>
#include <stdexcept>
#include <unordered_map>
#include <vector>

using seastar::sstring;

namespace {

const std::string long_text(1000, 'x');

TEST(sstring, is_two_words_and_ends_with_a_null) {
    static_assert(sizeof(sstring) == 16);
    for (size_t size : {0, 1, 14, 15, 16, 17, 1000}) {
        sstring s(size, 'a');
        EXPECT_EQ(s.size(), size);
        EXPECT_EQ(s.c_str()[size], '\0');
        EXPECT_EQ(std::string(s.c_str()), std::string(size, 'a'));
    }
}

TEST(sstring, converts_from_and_to_standard_strings) {
    std::string a = "key.3";
    sstring b = a;
    sstring c = "key.3";
    sstring d = std::string_view("key.3");
    sstring e = fmt::format("key.{}", 3);
    std::string f = b;
    std::string g(b);
    std::string_view h = b;
    f = c;
    EXPECT_EQ(b, c);
    EXPECT_EQ(c, d);
    EXPECT_EQ(d, e);
    EXPECT_EQ(f, a);
    EXPECT_EQ(g, a);
    EXPECT_EQ(h, a);
    EXPECT_EQ(b, a);
    EXPECT_EQ(a, b);
    EXPECT_EQ(b, "key.3");
    EXPECT_EQ("key.3", b);
    EXPECT_NE(b, "key");
    EXPECT_EQ(sstring("abcdef", 3), "abc");
    EXPECT_EQ(sstring("abc", 0), "");
    EXPECT_EQ(sstring({'a', 'b'}), "ab");
    std::list<char> l{'x', 'y'};
    std::vector<char> v{'x', 'y'};
    EXPECT_EQ(sstring(v.begin(), v.end()), "xy");
    EXPECT_EQ(sstring(a.data(), a.data() + 2), "ke");
}

TEST(sstring, copies_moves_and_swaps_short_and_long_texts) {
    for (const std::string& text : {std::string("short"), long_text}) {
        sstring a = text;
        sstring b = a;
        EXPECT_EQ(a, b);
        sstring c = std::move(a);
        EXPECT_EQ(c, text);
        EXPECT_TRUE(a.empty());
        a = c;
        EXPECT_EQ(a, text);
        a = std::move(c);
        EXPECT_EQ(a, text);
        auto& self = a;
        a = self;
        a = std::move(self);
        EXPECT_EQ(a, text);
        sstring d = "other";
        using std::swap;
        swap(a, d);
        EXPECT_EQ(a, "other");
        EXPECT_EQ(d, text);
    }
}

TEST(sstring, hashes_as_a_string_view_does) {
    std::string s = "key.3";
    EXPECT_EQ(std::hash<sstring>{}(s), std::hash<std::string_view>{}(s));
    EXPECT_EQ(std::hash<sstring>{}(sstring(s)), std::hash<std::string>{}(s));
    std::unordered_map<sstring, sstring> store;
    store.insert(std::make_pair(sstring("k"), sstring("v")));
    EXPECT_EQ(store["k"], "v");
}

TEST(sstring, orders_by_bytes) {
    EXPECT_LT(sstring("a"), sstring("b"));
    EXPECT_LT(sstring("a"), "ab");
    EXPECT_GT(sstring("\xff"), std::string("a"));
    EXPECT_GE("b", sstring("a"));
    EXPECT_LT(sstring("abc").compare("abd"), 0);
    EXPECT_EQ(sstring("xabc").compare(1, 3, "abc"), 0);
    EXPECT_THROW((void)sstring("a").compare(2, 1, ""), std::out_of_range);
    std::map<sstring, int> m{{"b", 2}, {"a", 1}};
    EXPECT_EQ(m.begin()->second, 1);
}

TEST(sstring, concatenates) {
    sstring a = "a";
    EXPECT_EQ(a + "b", "ab");
    EXPECT_EQ("b" + a, "ba");
    EXPECT_EQ(a + a, "aa");
    EXPECT_EQ(a + std::string("c"), "ac");
    EXPECT_EQ(std::string("c") + a, "ca");
    EXPECT_EQ(a + std::string_view("d"), "ad");
    EXPECT_EQ(a + 'e', "ae");
    a += "b";
    a += sstring("c");
    a += std::string("d");
    a += 'e';
    a.append("fgh", 2);
    EXPECT_EQ(a, "abcdefg");
    a += a;
    EXPECT_EQ(a, "abcdefgabcdefg");
    EXPECT_EQ(seastar::make_sstring("a", std::string("b"), a), "ababcdefgabcdefg");
}

TEST(sstring, finds) {
    sstring s = "hello, world";
    EXPECT_EQ(s.find('o'), 4u);
    EXPECT_EQ(s.find('o', 5), 8u);
    EXPECT_EQ(s.find('z'), sstring::npos);
    EXPECT_EQ(s.find("world"), 7u);
    EXPECT_EQ(s.find(sstring("world"), 8), sstring::npos);
    EXPECT_EQ(s.find("lox", 0, 2), 3u);
    EXPECT_EQ(s.find_last_of('o'), 8u);
    EXPECT_EQ(s.find_last_of('o', 7), 4u);
    EXPECT_EQ(s.find_last_of('z'), sstring::npos);
    EXPECT_TRUE(s.starts_with("hell"));
    EXPECT_TRUE(s.ends_with('d'));
    EXPECT_TRUE(s.contains(", "));
    EXPECT_FALSE(s.contains("moon"));
}

TEST(sstring, takes_parts_and_replaces_them) {
    sstring s = "hello, world";
    EXPECT_EQ(s.substr(7), "world");
    EXPECT_EQ(s.substr(0, 5), "hello");
    EXPECT_EQ(s.substr(12), "");
    EXPECT_THROW(s.substr(13), std::out_of_range);
    s.replace(0, 5, "goodbye", 7);
    EXPECT_EQ(s, "goodbye, world");
    s.replace(9, 100, "all", 3);
    EXPECT_EQ(s, "goodbye, all");
    s.replace(0, 4, "fare", 4);
    EXPECT_EQ(s, "farebye, all");
    EXPECT_THROW(s.replace(100, 1, "x", 1), std::out_of_range);
    auto at = s.erase(s.begin() + 4, s.begin() + 7);
    EXPECT_EQ(*at, ',');
    EXPECT_EQ(s, "fare, all");
    std::string well = "well";
    s.insert(s.begin() + 4, well.begin(), well.end());
    EXPECT_EQ(s, "farewell, all");
    s.insert(s.begin(), s.begin(), s.begin() + 4); // its own characters
    EXPECT_EQ(s, "farefarewell, all");
    EXPECT_THROW(s.at(17), std::out_of_range);
    EXPECT_EQ(s.at(0), 'f');
    EXPECT_EQ(s.front(), 'f');
    EXPECT_EQ(s.back(), 'l');
}

TEST(sstring, resizes) {
    sstring s = "abc";
    s.resize(5, 'z');
    EXPECT_EQ(s, "abczz");
    s.resize(100);
    EXPECT_EQ(s.size(), 100u);
    EXPECT_EQ(s[99], '\0');
    s.resize(2);
    EXPECT_EQ(s, "ab");
    s.resize_and_overwrite(100, [](char* p, size_t n) {
        EXPECT_EQ(n, 100u);
        p[0] = 'q';
        return 1;
    });
    EXPECT_EQ(s, "q");
    auto u = seastar::uninitialized_string(50);
    EXPECT_EQ(u.size(), 50u);
    EXPECT_EQ(seastar::uninitialized_string<std::string>(3).size(), 3u);
}

TEST(sstring, refuses_sizes_that_it_cannot_count) {
    EXPECT_THROW(sstring(sstring::initialized_later(), size_t(UINT32_MAX)), std::overflow_error);
    EXPECT_THROW(sstring(sstring::initialized_later(), size_t(1) << 32), std::overflow_error);
    using small = seastar::basic_sstring<char, uint8_t, 15>;
    EXPECT_EQ(small(254, 'x').size(), 254u);
    EXPECT_THROW(small(255, 'x'), std::overflow_error);
}

TEST(sstring, without_a_null_at_the_end_holds_one_character_more) {
    using bytes = seastar::basic_sstring<signed char, uint32_t, 31, false>;
    static_assert(sizeof(bytes) == 32);
    bytes b(31, 5);
    EXPECT_EQ(b.size(), 31u);
    EXPECT_EQ(b[30], 5);
    b.resize(40, 6);
    EXPECT_EQ(b[39], 6);
    EXPECT_EQ(bytes(b), b);
}

TEST(sstring, prints_by_ostream_and_fmt_and_reads_words) {
    sstring s = "abc";
    std::ostringstream os;
    os << s << ' ' << sstring(long_text);
    EXPECT_EQ(os.str(), "abc " + long_text);
    EXPECT_EQ(fmt::format("<{}> <{:>5}>", s, s), "<abc> <  abc>");
    std::vector<sstring> list{"a", "b"};
    EXPECT_EQ(fmt::format("{}", fmt::join(list, ",")), "a,b");
    EXPECT_EQ(fmt::format("{}", list), "[\"a\", \"b\"]");
    std::istringstream is("  word next");
    is >> s;
    EXPECT_EQ(s, "word");
}

TEST(sstring, makes_text_of_numbers) {
    EXPECT_EQ(seastar::to_sstring(0), "0");
    EXPECT_EQ(seastar::to_sstring(-17), "-17");
    EXPECT_EQ(seastar::to_sstring(INT64_MIN), "-9223372036854775808");
    EXPECT_EQ(seastar::to_sstring(UINT64_MAX), "18446744073709551615");
    EXPECT_EQ(seastar::to_sstring(uint8_t(200)), "200");
    EXPECT_EQ(seastar::to_sstring(int8_t(-128)), "-128");
    EXPECT_EQ(seastar::to_sstring(1.5), "1.5");
    EXPECT_EQ(seastar::to_sstring('c'), "c");
    EXPECT_EQ(seastar::to_sstring(true), "true");
    EXPECT_EQ(seastar::to_sstring("text"), "text");
    EXPECT_EQ(seastar::to_sstring<std::string>(5), "5");
}

TEST(sstring, gives_its_text_away_as_a_buffer) {
    seastar::sstring s("text");
    auto buffer = std::move(s).release();
    EXPECT_EQ(std::string_view(buffer.get(), buffer.size()), "text");
    EXPECT_TRUE(s.empty()); // NOLINT(bugprone-use-after-move): that is what is tested
    static_assert(seastar::str_len("text") == 4);
}

}
