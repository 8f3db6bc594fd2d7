#include <seastar/core/deleter.hh>
#include <seastar/core/polymorphic_temporary_buffer.hh>
#include <seastar/core/temporary_buffer.hh>

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <string>

using namespace seastar;

namespace {

using buffer = temporary_buffer<char>;

std::string text(const buffer& b) {
    return std::string(b.get(), b.size());
}

TEST(deleter, runs_when_the_last_holder_goes) {
    int runs = 0;
    {
        deleter a = make_deleter([&runs] { ++runs; });
        deleter b = a.share();
        deleter c = std::move(a);
        EXPECT_FALSE(a);
        c = deleter();
        EXPECT_EQ(runs, 0);
    }
    EXPECT_EQ(runs, 1);
}

TEST(deleter, runs_the_next_one_after_itself) {
    std::string order;
    {
        deleter d = make_deleter(make_deleter([&order] { order += "b"; }), [&order] { order += "a"; });
    }
    EXPECT_EQ(order, "ab");
}

TEST(deleter, frees_raw_objects_however_they_are_shared_and_chained) {
    deleter a = make_free_deleter(std::malloc(10));
    EXPECT_TRUE(a);
    deleter b = a.share();
    deleter c = a.share();
    a = make_free_deleter(make_free_deleter(std::malloc(5)), std::malloc(6));
    b.append(make_free_deleter(std::malloc(7)));
    EXPECT_FALSE(make_free_deleter(nullptr));
}

TEST(deleter, keeps_an_object) {
    auto object = std::make_shared<int>(1);
    {
        deleter d = make_object_deleter(make_deleter([] {}), std::make_pair(object, 5));
        EXPECT_EQ(object.use_count(), 2);
    }
    EXPECT_EQ(object.use_count(), 1);
}

TEST(deleter, what_is_appended_runs_with_this_holder_not_with_those_that_share_its_parts) {
    std::string order;
    deleter a = make_deleter([&order] { order += "a"; });
    deleter other = a.share();
    a.append(make_deleter([&order] { order += "b"; }));
    a.append(deleter());
    a = deleter();
    EXPECT_EQ(order, "b");
    other = deleter();
    EXPECT_EQ(order, "ba");
}

TEST(deleter, appends_behind_raw_objects_and_to_nothing) {
    int runs = 0;
    {
        deleter none;
        none.append(make_deleter([&runs] { ++runs; }));
        deleter raw = make_free_deleter(std::malloc(8));
        raw.append(make_free_deleter(std::malloc(8)));
        raw.append(make_deleter([&runs] { ++runs; }));
        deleter same = raw.share();
        raw.append(std::move(same));
    }
    EXPECT_EQ(runs, 2);
}

TEST(deleter, takes_a_long_chain_apart_in_bounded_stack) {
    long runs = 0;
    {
        deleter chain;
        for (int i = 0; i < 300000; ++i) {
            chain = make_deleter(std::move(chain), [&runs] { ++runs; });
        }
    }
    EXPECT_EQ(runs, 300000);
}

TEST(temporary_buffer, an_empty_one_is_false) {
    EXPECT_FALSE(buffer());
    EXPECT_TRUE(buffer().empty());
    EXPECT_FALSE(buffer(0));
    EXPECT_TRUE(buffer(1));
}

TEST(temporary_buffer, copies_compares_and_clones) {
    buffer a("hello", 5);
    buffer b = a.clone();
    EXPECT_NE(a.get(), b.get());
    EXPECT_EQ(a, b);
    b.get_write()[0] = 'j';
    EXPECT_NE(a, b);
    EXPECT_EQ(text(b), "jello");
    EXPECT_EQ(buffer::copy_of("hello"), a);
    EXPECT_EQ(temporary_buffer<uint8_t>::copy_of("hi")[1], 'i');
    EXPECT_EQ(buffer(), buffer(0));
    EXPECT_EQ(std::string(a.begin(), a.end()), "hello");
}

TEST(temporary_buffer, shares_its_bytes_and_trims_only_itself) {
    auto a = std::make_unique<buffer>("0123456789", 10);
    buffer b = a->share(2, 5);
    buffer c = a->share();
    b.trim_front(1);
    b.trim(3);
    EXPECT_EQ(text(b), "345");
    EXPECT_EQ(text(c), "0123456789");
    c.get_write()[3] = 'x';
    a.reset();
    EXPECT_EQ(text(b), "x45");
    EXPECT_EQ(text(std::move(c).prefix(4)), "012x");
    EXPECT_EQ(text(b.share().prefix(100)), "x45");
}

TEST(temporary_buffer, moving_empties_the_source) {
    buffer a("abc", 3);
    buffer b = std::move(a);
    EXPECT_TRUE(a.empty());
    EXPECT_EQ(a.get(), nullptr);
    a = std::move(b);
    EXPECT_EQ(text(a), "abc");
}

TEST(temporary_buffer, gives_its_bytes_to_who_releases_them) {
    buffer a("abc", 3);
    const char* p = a.get();
    deleter d = a.release();
    EXPECT_TRUE(a.empty());
    EXPECT_EQ(std::string(p, 3), "abc");
    EXPECT_TRUE(d);
}

TEST(temporary_buffer, is_aligned_as_asked_for) {
    for (size_t alignment : {8, 512, 4096, 65536}) {
        auto a = buffer::aligned(alignment, 1000);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(a.get()) % alignment, 0u);
        EXPECT_EQ(a.size(), 1000u);
        auto b = a.share();
    }
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer(100).get()) % 16, 0u);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer(100000).get()) % 16, 0u);
}

TEST(temporary_buffer, refuses_a_size_that_cannot_be) {
    EXPECT_THROW(buffer(SIZE_MAX), std::bad_alloc);
    EXPECT_THROW(buffer(SIZE_MAX - 40), std::bad_alloc);
}

TEST(temporary_buffer_death, sharing_outside_the_buffer_is_a_bug) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    buffer a("abc", 3);
    EXPECT_DEATH((void)a.share(2, 2), "assertion failed");
    EXPECT_DEATH((void)a.share(SIZE_MAX, 2), "assertion failed");
    EXPECT_DEATH(a.trim_front(4), "assertion failed");
}

TEST(polymorphic_temporary_buffer, goes_back_to_its_allocator_with_the_last_share) {
    struct counting final : std::pmr::memory_resource {
        size_t used = 0;
        void* do_allocate(size_t size, size_t) override {
            used += size;
            return std::malloc(size);
        }
        void do_deallocate(void* p, size_t size, size_t) override {
            used -= size;
            std::free(p);
        }
        bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
    } resource;
    std::pmr::polymorphic_allocator<char> allocator(&resource);
    {
        buffer rest;
        {
            buffer b = make_temporary_buffer(&allocator, 100);
            EXPECT_EQ(b.size(), 100u);
            rest = b.share(50, 50);
        }
        EXPECT_EQ(resource.used, 100u);
    }
    EXPECT_EQ(resource.used, 0u);
}

}
