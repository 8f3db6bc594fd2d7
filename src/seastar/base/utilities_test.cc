#include <seastar/core/byteorder.hh>
#include <seastar/core/enum.hh>
#include <seastar/core/unaligned.hh>
#include <seastar/util/function_input_iterator.hh>
#include <seastar/util/indirect.hh>
#include <seastar/util/integrated-length.hh>
#include <seastar/util/lazy.hh>
#include <seastar/util/optimized_optional.hh>
#include <seastar/util/print_safe.hh>
#include <seastar/util/reference_wrapper.hh>
#include <seastar/util/spinlock.hh>
#include <seastar/util/std-compat.hh>
#include <seastar/util/transform_iterator.hh>
#include <seastar/util/tuple_utils.hh>
#include <seastar/util/variant_utils.hh>

#include <chrono>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

namespace {

TEST(byteorder, reads_and_writes_both_orders_at_any_address) {
    char bytes[9] = {};
    seastar::write_be<uint32_t>(bytes + 1, 0x01020304);
    EXPECT_EQ(bytes[1], 1);
    EXPECT_EQ(bytes[4], 4);
    EXPECT_EQ(seastar::read_be<uint32_t>(bytes + 1), 0x01020304u);
    EXPECT_EQ(seastar::read_le<uint32_t>(bytes + 1), 0x04030201u);
    seastar::write_le<int64_t>(bytes + 1, -2);
    EXPECT_EQ(bytes[1], char(0xfe));
    EXPECT_EQ(seastar::read_le<int64_t>(bytes + 1), -2);
    char* out = bytes;
    seastar::produce_be<uint16_t>(out, 0x0102);
    seastar::produce_be<uint8_t>(out, 3);
    EXPECT_EQ(out, bytes + 3);
    const char* in = bytes;
    EXPECT_EQ(seastar::consume_be<uint16_t>(in), 0x0102);
    EXPECT_EQ(seastar::consume_be<uint8_t>(in), 3);
    static_assert(seastar::be_to_cpu(seastar::cpu_to_be(uint16_t(5))) == 5);
    enum class number : uint16_t { a = 0x0102 };
    EXPECT_EQ(seastar::read_be<number>(bytes), number::a);
}

TEST(unaligned, reads_and_assigns_in_place) {
    alignas(8) char bytes[12] = {};
    *seastar::unaligned_cast<uint32_t*>(bytes + 1) = 77;
    EXPECT_EQ(uint32_t(*seastar::unaligned_cast<uint32_t*>(bytes + 1)), 77u);
    static_assert(alignof(seastar::unaligned<uint64_t>) == 1 && sizeof(seastar::unaligned<uint64_t>) == 8);
    seastar::unaligned<uint16_t> u = 0x0102;
    EXPECT_EQ(seastar::be_to_cpu(seastar::cpu_to_be(u)), 0x0102);
}

TEST(enum_hash, lets_enumerations_be_keys) {
    enum class e { a, b };
    std::unordered_set<e, seastar::enum_hash<e>> s{e::a, e::b, e::a};
    EXPECT_EQ(s.size(), 2u);
}

TEST(iterators, transform_and_generate) {
    std::vector<int> v{1, 2, 3};
    auto twice = [](int x) { return 2 * x; };
    std::vector<int> w(seastar::make_transform_iterator(v.begin(), twice),
                       seastar::make_transform_iterator(v.end(), twice));
    EXPECT_EQ(w, (std::vector<int>{2, 4, 6}));
    int n = 5;
    auto next = [&n] { return n++; };
    std::vector<int> x(seastar::make_function_input_iterator(next, 0), seastar::make_function_input_iterator(next, 3));
    EXPECT_EQ(x, (std::vector<int>{5, 6, 7}));
}

TEST(indirect, compares_what_pointers_point_to) {
    using ptr = std::shared_ptr<std::string>;
    auto a = std::make_shared<std::string>("a");
    auto b = std::make_shared<std::string>("b");
    auto a2 = std::make_shared<std::string>("a");
    std::set<ptr, seastar::indirect_less<ptr>> set{b, a, a2, nullptr};
    EXPECT_EQ(set.size(), 3u);
    EXPECT_EQ(*set.begin(), nullptr);
    std::unordered_set<ptr, seastar::indirect_hash<ptr>, seastar::indirect_equal_to<ptr>> hashed{a, a2, b, nullptr};
    EXPECT_EQ(hashed.size(), 3u);
}

TEST(tuple_utils, maps_filters_and_visits) {
    auto t = seastar::tuple_map(std::make_tuple(1, 2.5), [](auto x) { return x * 2; });
    EXPECT_EQ(t, std::make_tuple(2, 5.0));
    std::string text;
    seastar::tuple_for_each(std::make_tuple(1, "x"), [&text](const auto& x) { text += fmt::format("{},", x); });
    EXPECT_EQ(text, "1,x,");
    auto only = seastar::tuple_filter_by_type<std::is_integral>(std::make_tuple(1, std::make_unique<int>(2), 3L));
    EXPECT_EQ(only, std::make_tuple(1, 3L));
    static_assert(std::is_same_v<seastar::tuple_map_types<std::add_pointer, std::tuple<int, char>>::type,
                                 std::tuple<int*, char*>>);
    static_assert(
        std::is_same_v<seastar::tuple_filter<std::is_integral, std::tuple<int, double>>::type, std::tuple<int>>);
}

TEST(variant_utils, visits_and_widens) {
    std::variant<int, std::string> v = "text";
    EXPECT_EQ(seastar::visit(v, [](int) { return 1; }, [](const std::string&) { return 2; }), 2);
    auto visitor = seastar::make_visitor([](int) { return 1; }, [](double) { return 2; });
    EXPECT_EQ(visitor(2.5), 2);
    std::variant<double, std::string, int> wide = seastar::variant_cast(std::move(v));
    EXPECT_EQ(std::get<std::string>(wide), "text");
}

TEST(reference_wrapper, refers) {
    int x = 1;
    auto r = seastar::ref(x);
    r.get() = 5;
    int& y = r;
    EXPECT_EQ(&x, &y);
    EXPECT_EQ(seastar::cref(x).get(), 5);
}

TEST(lazy, makes_values_only_when_they_are_printed) {
    int calls = 0;
    auto v = seastar::value_of([&calls] { return ++calls; });
    EXPECT_EQ(calls, 0);
    std::ostringstream os;
    os << v;
    EXPECT_EQ(fmt::format("{}{}", os.str(), v), "12");
    auto p = std::make_unique<int>(7);
    std::unique_ptr<int> null;
    os << seastar::lazy_deref(p) << seastar::lazy_deref(null);
    EXPECT_EQ(os.str(), "17null");
    EXPECT_EQ(fmt::format("{} {}", seastar::lazy_deref(p), seastar::lazy_deref(null)), "7 null");
}

TEST(optimized_optional, is_no_larger_than_its_object) {
    using pointer = std::shared_ptr<int>;
    seastar::optimized_optional<pointer> o;
    static_assert(sizeof(o) == sizeof(pointer));
    EXPECT_FALSE(o);
    o = std::make_shared<int>(3);
    ASSERT_TRUE(o);
    EXPECT_EQ(**o, 3);
    o = std::nullopt;
    EXPECT_FALSE(o);
    seastar::optimized_optional<pointer> from(std::optional<pointer>(std::make_shared<int>(4)));
    EXPECT_EQ(*from->get(), 4);
    std::ostringstream os;
    os << o;
    EXPECT_EQ(os.str(), "null");
}

TEST(print_safe, converts_numbers_without_help) {
    char buffer[24];
    auto hex = [&buffer](auto n) { return std::string(buffer, seastar::convert_hex_safe(buffer, sizeof(buffer), n)); };
    auto decimal = [&buffer](auto n) {
        return std::string(buffer, seastar::convert_decimal_safe(buffer, sizeof(buffer), n));
    };
    EXPECT_EQ(hex(0), "0");
    EXPECT_EQ(hex(0xabcdefu), "abcdef");
    EXPECT_EQ(hex(int8_t(-1)), "ff");
    EXPECT_EQ(decimal(0), "0");
    EXPECT_EQ(decimal(INT64_MIN), "-9223372036854775808");
    EXPECT_EQ(decimal(UINT64_MAX), "18446744073709551615");
    EXPECT_EQ(seastar::convert_decimal_safe(buffer, 2, 100), 0u);
    seastar::convert_zero_padded_hex_safe(buffer, 8, uint32_t(0x1f));
    EXPECT_EQ(std::string(buffer, 8), "0000001f");
}

TEST(print_safe, writes_to_standard_error) {
    testing::internal::CaptureStderr();
    seastar::print_safe("n=");
    seastar::print_decimal_safe(-5);
    seastar::print_safe(" 0x");
    seastar::print_zero_padded_hex_safe(uint16_t(0xab));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "n=-5 0x00ab");
}

TEST(spinlock, excludes) {
    seastar::util::spinlock lock;
    long count = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10000; ++i) {
                std::lock_guard guard(lock);
                ++count;
            }
        });
    }
    for (auto& t : threads) {
        t.join();
    }
    EXPECT_EQ(count, 40000);
    EXPECT_TRUE(lock.try_lock());
    EXPECT_FALSE(lock.try_lock());
    lock.unlock();
}

struct hand_clock {
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<hand_clock, duration>;
    static inline int64_t t = 0;
    static time_point now() { return time_point(duration(t)); }
};

TEST(integrated_length, sums_length_over_time) {
    seastar::util::integrated_length<hand_clock, long> queue;
    ++queue;
    hand_clock::t += 10;
    queue += 2;
    hand_clock::t += 100;
    --queue;
    EXPECT_EQ(queue.value(), 2);
    EXPECT_EQ(queue.integral(), 1 * 10 + 3 * 100);
    hand_clock::t += 1;
    queue.checkpoint();
    EXPECT_EQ(queue.integral(), 312);
}

TEST(std_compat, knows_where_it_is) {
    auto here = seastar::compat::source_location::current();
    EXPECT_NE(std::string(here.file_name()).find("utilities_test.cc"), std::string::npos);
}

}
