#include <seastar/core/chunked_fifo.hh>
#include <seastar/core/circular_buffer.hh>
#include <seastar/core/circular_buffer_fixed_capacity.hh>

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace seastar;

namespace {

// Counts its instances and can refuse to be made.
struct item {
    static inline int alive = 0;
    static inline int throw_at = -1;
    int value;
    item(int value) : value(value) {
        if (value == throw_at) {
            throw std::runtime_error("no such item");
        }
        ++alive;
    }
    item(item&& x) noexcept : value(std::exchange(x.value, -1)) { ++alive; }
    item& operator=(item&& x) noexcept {
        value = std::exchange(x.value, -1);
        return *this;
    }
    ~item() { --alive; }
};

class containers : public testing::Test {
    void SetUp() override {
        item::alive = 0;
        item::throw_at = -1;
    }
    void TearDown() override { EXPECT_EQ(item::alive, 0); }
};

template <typename Container>
std::vector<int> values(const Container& c) {
    std::vector<int> v;
    for (const item& i : c) {
        v.push_back(i.value);
    }
    return v;
}

std::vector<int> values(const std::deque<int>& d) {
    return {d.begin(), d.end()};
}

// Does the same to a double-ended queue of ours and to the standard one.
template <typename Queue>
void compare_with_deque(size_t limit, unsigned seed) {
    std::mt19937 random(seed);
    Queue q;
    std::deque<int> model;
    for (int step = 0; step < 20000; ++step) {
        switch (random() % 7) {
        case 0:
        case 1:
            if (model.size() < limit) {
                q.push_back(item(step));
                model.push_back(step);
            }
            break;
        case 2:
            if (model.size() < limit) {
                EXPECT_EQ(q.emplace_front(step).value, step);
                model.push_front(step);
            }
            break;
        case 3:
            if (!model.empty()) {
                ASSERT_EQ(q.front().value, model.front());
                q.pop_front();
                model.pop_front();
            }
            break;
        case 4:
            if (!model.empty()) {
                ASSERT_EQ(q.back().value, model.back());
                q.pop_back();
                model.pop_back();
            }
            break;
        case 5:
            if (!model.empty()) {
                size_t i = random() % model.size();
                ASSERT_EQ(q[i].value, model[i]);
            }
            break;
        case 6: {
            size_t from = model.empty() ? 0 : random() % model.size();
            size_t count = std::min<size_t>(random() % 4, model.size() - from);
            auto next = q.erase(q.cbegin() + from, q.cbegin() + from + count);
            model.erase(model.begin() + from, model.begin() + from + count);
            ASSERT_EQ(size_t(next - q.begin()), from);
            break;
        }
        }
        ASSERT_EQ(q.size(), model.size());
        ASSERT_EQ(q.empty(), model.empty());
    }
    EXPECT_EQ(values(q), values(model));
}

TEST_F(containers, circular_buffer_does_what_a_deque_does) {
    compare_with_deque<circular_buffer<item>>(1000, 1);
    compare_with_deque<circular_buffer<item>>(3, 2);
}

TEST_F(containers, circular_buffer_fixed_capacity_does_what_a_deque_does) {
    compare_with_deque<circular_buffer_fixed_capacity<item, 16>>(16, 3);
}

TEST_F(containers, circular_buffer_grows_only_when_full) {
    circular_buffer<item> q;
    EXPECT_EQ(q.capacity(), 0u);
    q.reserve(100);
    EXPECT_EQ(q.capacity(), 128u);
    for (int i = 0; i < 128; ++i) {
        q.emplace_front(i);
    }
    EXPECT_EQ(q.capacity(), 128u);
    q.emplace_front(128);
    EXPECT_EQ(q.capacity(), 256u);
    EXPECT_EQ(q.back().value, 0);
    EXPECT_EQ(q.front().value, 128);
}

TEST_F(containers, circular_buffer_may_be_pushed_its_own_elements_while_it_grows) {
    circular_buffer<std::string> q;
    q.push_back(std::string(100, 'x'));
    for (int i = 0; i < 100; ++i) {
        q.push_back(q.front());
        q.push_front(q.back());
    }
    for (const auto& s : q) {
        EXPECT_EQ(s, std::string(100, 'x'));
    }
}

TEST_F(containers, circular_buffer_is_unharmed_by_a_constructor_that_throws) {
    circular_buffer<item> q;
    for (int i = 0; i < 4; ++i) {
        q.emplace_back(i);
    }
    item::throw_at = 99;
    EXPECT_THROW(q.emplace_back(99), std::runtime_error); // would grow
    q.pop_front();
    EXPECT_THROW(q.emplace_back(99), std::runtime_error);
    EXPECT_THROW(q.emplace_front(99), std::runtime_error);
    EXPECT_EQ(values(q), (std::vector<int>{1, 2, 3}));
}

TEST_F(containers, circular_buffer_moves_and_sorts) {
    circular_buffer<item> q;
    for (int i : {3, 1, 2}) {
        q.emplace_back(i);
    }
    circular_buffer<item> r = std::move(q);
    EXPECT_TRUE(q.empty());
    q.emplace_back(7);
    std::sort(r.begin(), r.end(), [](const item& a, const item& b) { return a.value < b.value; });
    EXPECT_EQ(values(r), (std::vector<int>{1, 2, 3}));
    r = std::move(q);
    EXPECT_EQ(values(r), (std::vector<int>{7}));
    int sum = 0;
    r.for_each([&sum](item& i) { sum += i.value; });
    EXPECT_EQ(sum, 7);
    circular_buffer<item>::const_iterator it = r.begin();
    EXPECT_EQ(it, r.cbegin());
    EXPECT_LT(it, r.cend());
    circular_buffer<int, std::allocator<int>> with_allocator;
    with_allocator.push_back(1);
    EXPECT_EQ(with_allocator.front(), 1);
}

TEST_F(containers, circular_buffer_aligns_its_elements) {
    struct alignas(64) wide {
        char c;
    };
    circular_buffer<wide> q;
    for (int i = 0; i < 10; ++i) {
        q.push_back(wide{char(i)});
        EXPECT_EQ(reinterpret_cast<uintptr_t>(&q.back()) % 64, 0u);
    }
}

TEST_F(containers, fixed_capacity_moves_its_elements) {
    circular_buffer_fixed_capacity<std::unique_ptr<int>, 4> q;
    q.push_back(std::make_unique<int>(1));
    auto r = std::move(q);
    EXPECT_TRUE(q.empty());
    EXPECT_EQ(*r.front(), 1);
    q = std::move(r);
    EXPECT_EQ(*q.back(), 1);
    static_assert(decltype(q)::capacity() == 4);
}

TEST(containers_death, pushing_into_a_full_fixed_capacity_is_a_bug) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    circular_buffer_fixed_capacity<int, 1> q;
    q.push_back(1);
    EXPECT_DEATH(q.push_back(2), "assertion failed");
}

template <size_t Chunk>
void compare_fifo_with_deque(unsigned seed) {
    std::mt19937 random(seed);
    chunked_fifo<item, Chunk> q;
    std::deque<int> model;
    for (int step = 0; step < 20000; ++step) {
        // Phases of filling and draining.
        bool fill = (step / 500) % 2 == 0;
        if (random() % 10 < (fill ? 7u : 3u)) {
            EXPECT_EQ(q.emplace_back(step).value, step);
            model.push_back(step);
        } else if (!model.empty()) {
            ASSERT_EQ(q.front().value, model.front());
            ASSERT_EQ(q.back().value, model.back());
            q.pop_front();
            model.pop_front();
        }
        ASSERT_EQ(q.size(), model.size());
        ASSERT_EQ(q.empty(), model.empty());
        if (step % 1000 == 0) {
            ASSERT_EQ(values(q), values(model));
            if (step % 3000 == 0) {
                q.shrink_to_fit();
            } else if (step % 2000 == 0) {
                q.reserve(model.size() + 10);
            }
        }
    }
    EXPECT_EQ(values(q), values(model));
    size_t n = model.size() / 2;
    q.pop_front_n(n);
    EXPECT_EQ(q.size(), model.size() - n);
    auto r = std::move(q);
    EXPECT_TRUE(q.empty());
    EXPECT_EQ(r.size(), model.size() - n);
    r.clear();
    EXPECT_TRUE(r.empty());
}

TEST_F(containers, chunked_fifo_does_what_a_deque_does) {
    compare_fifo_with_deque<1>(1);
    compare_fifo_with_deque<4>(2);
    compare_fifo_with_deque<128>(3);
}

TEST_F(containers, chunked_fifo_keeps_references_valid) {
    chunked_fifo<std::string, 2> q;
    std::string& first = q.emplace_back("first");
    for (int i = 0; i < 100; ++i) {
        q.push_back(q.front());
    }
    EXPECT_EQ(&first, &q.front());
    chunked_fifo<std::string, 2> copy = q;
    EXPECT_EQ(copy.size(), 101u);
    EXPECT_EQ(copy.back(), "first");
    auto& self = copy;
    copy = self;
    q = std::move(copy);
    EXPECT_EQ(q.size(), 101u);
}

TEST_F(containers, chunked_fifo_is_unharmed_by_a_constructor_that_throws) {
    chunked_fifo<item, 2> q;
    item::throw_at = 99;
    EXPECT_THROW(q.emplace_back(99), std::runtime_error);
    EXPECT_TRUE(q.empty());
    q.emplace_back(1);
    EXPECT_THROW(q.emplace_back(99), std::runtime_error);
    q.emplace_back(2);
    EXPECT_THROW(q.emplace_back(99), std::runtime_error);
    EXPECT_EQ(values(q), (std::vector<int>{1, 2}));
}

}
