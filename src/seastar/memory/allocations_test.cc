// How many allocations the basic types cost. operator new and delete are replaced in this test program to count them.
#include "base/sanitizer.hh"

#if !SEASTAR_INTERNAL_ASAN && !SEASTAR_INTERNAL_TSAN // they replace these operators themselves

#include <seastar/core/deleter.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>
#include <seastar/util/noncopyable_function.hh>

#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

namespace {
std::atomic<long> news;
}

[[gnu::noinline]] void* operator new(size_t size) {
    ++news;
    if (void* p = std::malloc(size ? size : 1)) {
        return p;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace {

template <typename Func>
long allocations_of(Func func) {
    long before = news;
    func();
    return news - before;
}

TEST(allocations, a_temporary_buffer_costs_at_most_one_and_sharing_it_none) {
    for (size_t size : {0, 1, 15, 64, 700, 1000, 1024, 5000, 100000}) {
        EXPECT_LE(allocations_of([size] {
            seastar::temporary_buffer<char> b(size);
            auto s = b.share();
            auto t = s.share(0, size / 2);
            auto m = std::move(b);
            s.trim(size / 2);
        }), 1) << size;
    }
}

// What the compiler cannot see through, or it would leave allocations out.
template <typename T>
void used(T& object) {
    asm volatile("" : : "r"(&object) : "memory");
}

TEST(allocations, a_shared_object_costs_one) {
    EXPECT_EQ(allocations_of([] {
        auto p = seastar::make_lw_shared<int>(1);
        auto q = p;
        used(q);
    }), 1);
    EXPECT_EQ(allocations_of([] {
        auto p = seastar::make_shared<int>(1);
        auto q = p;
        used(q);
    }), 1);
}

TEST(allocations, short_strings_and_small_callables_cost_none) {
    EXPECT_EQ(allocations_of([] {
        seastar::sstring s(14, 'x');
        auto t = s;
        auto u = std::move(t);
        used(u);
    }), 0);
    EXPECT_EQ(allocations_of([] {
        seastar::sstring s(2000, 'x');
        used(s);
    }), 1);
    long a = 1, b = 2, c = 3, d = 4;
    EXPECT_EQ(allocations_of([&] {
        seastar::noncopyable_function<long()> f = [a, b, c, d] { return a + b + c + d; };
        EXPECT_EQ(f(), 10);
    }), 0);
}

TEST(allocations, freeing_with_a_raw_object_costs_none) {
    EXPECT_EQ(allocations_of([] {
        seastar::temporary_buffer<char> b(static_cast<char*>(std::malloc(10)), 10, seastar::make_free_deleter(nullptr));
        std::free(b.get_write());
        auto d = seastar::make_free_deleter(std::malloc(100));
    }), 0);
}

}

#endif
