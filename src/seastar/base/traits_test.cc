#include <seastar/core/bitset-iter.hh>
#include <seastar/core/function_traits.hh>

#include <gtest/gtest.h>

#include <vector>

namespace seastar {

TEST(function_traits, knows_functions_pointers_members_and_closures) {
    struct s {
        int member(double) const noexcept;
    };
    auto closure = [](int, char&&) mutable { return 3L; };
    static_assert(std::is_same_v<function_traits<int(char, long)>::arg<1>::type, long>);
    static_assert(std::is_same_v<function_traits<void (*)(int) noexcept>::signature, void(int)>);
    static_assert(std::is_same_v<function_traits<decltype(&s::member)>::args_as_tuple, std::tuple<double>>);
    using traits = function_traits<decltype(closure)>;
    static_assert(std::is_same_v<traits::return_type, long>);
    static_assert(std::is_same_v<traits::arg<1>::type, char&&>);
    EXPECT_EQ(traits::arity, 2u);
}

TEST(bitsets, are_walked_from_the_lowest_bit) {
    std::bitset<200> bits;
    bits[0] = bits[63] = bits[64] = bits[199] = true;
    std::vector<size_t> seen;
    for (auto i : bitsets::for_each_set(bits)) {
        seen.push_back(i);
    }
    EXPECT_EQ(seen, (std::vector<size_t>{0, 63, 64, 199}));
    EXPECT_EQ(*bitsets::for_each_set(bits, 64).begin(), 64u);
    EXPECT_EQ(bitsets::get_first_set(bits), 0u);
    EXPECT_EQ(bitsets::get_last_set(bits), 199u);
    EXPECT_EQ(bitsets::get_first_set(std::bitset<5>()), 5u);
}

}
