#include <seastar/util/noncopyable_function.hh>

#include <array>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>

using seastar::noncopyable_function;

namespace {

struct tracker {
    int* alive;
    explicit tracker(int* alive) : alive(alive) { ++*alive; }
    tracker(tracker&& x) noexcept : alive(x.alive) { ++*alive; }
    tracker(const tracker&) = delete;
    ~tracker() { --*alive; }
};

int twice(int x) {
    return 2 * x;
}

TEST(noncopyable_function, calls_what_it_holds) {
    noncopyable_function<int(int)> f = [](int x) { return x + 1; };
    EXPECT_EQ(f(1), 2);
    f = noncopyable_function<int(int)>(twice);
    EXPECT_EQ(f(4), 8);
    f = &twice;
    EXPECT_EQ(f(5), 10);
}

TEST(noncopyable_function, an_empty_one_is_false_and_throws_when_called) {
    noncopyable_function<void()> f;
    EXPECT_FALSE(f);
    EXPECT_THROW(f(), std::bad_function_call);
    int (*null)(int) = nullptr;
    noncopyable_function<int(int)> g(null);
    EXPECT_FALSE(g);
}

TEST(noncopyable_function, moving_leaves_the_source_empty) {
    noncopyable_function<int()> f = [p = std::make_unique<int>(7)] { return *p; };
    auto g = std::move(f);
    EXPECT_FALSE(f);
    EXPECT_EQ(g(), 7);
    f = std::move(g);
    EXPECT_EQ(f(), 7);
    EXPECT_FALSE(g);
    f = nullptr;
    EXPECT_FALSE(f);
}

TEST(noncopyable_function, destroys_small_and_large_callables_once) {
    int alive = 0;
    {
        noncopyable_function<int()> small = [t = tracker(&alive)] { return *t.alive; };
        noncopyable_function<int()> large = [t = tracker(&alive), pad = std::array<char, 200>()] {
            return *t.alive + int(pad[0]);
        };
        EXPECT_EQ(alive, 2);
        auto moved = std::move(small);
        auto moved_large = std::move(large);
        EXPECT_EQ(moved(), 2);
        EXPECT_EQ(moved_large(), 2);
        moved = std::move(moved_large);
        EXPECT_EQ(alive, 1);
    }
    EXPECT_EQ(alive, 0);
}

TEST(noncopyable_function, passes_references_and_move_only_arguments_through) {
    noncopyable_function<std::unique_ptr<int>(std::unique_ptr<int>, int&)> f = [](std::unique_ptr<int> p, int& count) {
        ++count;
        return p;
    };
    int count = 0;
    auto p = std::make_unique<int>(3);
    int* raw = p.get();
    EXPECT_EQ(f(std::move(p), count).get(), raw);
    EXPECT_EQ(count, 1);
}

TEST(noncopyable_function, a_const_one_calls_mutable_callables) {
    const noncopyable_function<int()> f = [n = 0]() mutable { return ++n; };
    EXPECT_EQ(f(), 1);
    EXPECT_EQ(f(), 2);
}

TEST(noncopyable_function, noexcept_signature_takes_only_callables_that_do_not_throw) {
    auto safe = []() noexcept { return 1; };
    auto unsafe = [] { return 1; };
    static_assert(std::is_constructible_v<noncopyable_function<int() noexcept>, decltype(safe)>);
    static_assert(!std::is_constructible_v<noncopyable_function<int() noexcept>, decltype(unsafe)>);
    noncopyable_function<int() noexcept> f = safe;
    static_assert(noexcept(f()));
    noncopyable_function<int()> g = std::move(f);
    EXPECT_EQ(g(), 1);
    EXPECT_FALSE(f);
}

TEST(noncopyable_function, is_not_made_from_what_cannot_be_called_so) {
    static_assert(!std::is_constructible_v<noncopyable_function<int(int)>, std::string>);
    auto takes_string = [](const std::string&) { return 1; };
    static_assert(!std::is_constructible_v<noncopyable_function<int(int)>, decltype(takes_string)>);
    static_assert(!std::is_copy_constructible_v<noncopyable_function<int(int)>>);
    static_assert(std::is_nothrow_move_constructible_v<noncopyable_function<int(int)>>);
}

TEST(noncopyable_function, discards_the_result_when_the_signature_has_none) {
    int calls = 0;
    noncopyable_function<void()> f = [&calls] { return ++calls; };
    f();
    EXPECT_EQ(calls, 1);
}

}
