#include <seastar/core/shared_ptr.hh>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

using namespace seastar;

// The pointer to a type that is complete only further down.
struct hidden;
template <>
struct seastar::lw_shared_ptr_deleter<hidden> {
    static void dispose(hidden* p);
};

namespace {

int alive;

struct thing {
    int value;
    explicit thing(int value = 0) : value(value) { ++alive; }
    thing(const thing& x) : value(x.value) { ++alive; }
    ~thing() { --alive; }
    friend std::ostream& operator<<(std::ostream& os, const thing& t) { return os << "thing " << t.value; }
};

struct counted : enable_lw_shared_from_this<counted> {
    int value;
    explicit counted(int value) : value(value) { ++alive; }
    ~counted() { --alive; }
};

struct base {
    virtual ~base() = default;
    virtual int id() const { return 1; }
};
struct side {
    virtual ~side() = default;
    int s = 5;
};
struct derived : side, base, enable_shared_from_this<derived> {
    derived() { ++alive; }
    ~derived() override { --alive; }
    int id() const override { return 2; }
};

struct holder {
    lw_shared_ptr<hidden> p;
};
void drop(holder& h) {
    h.p = nullptr;
}

class shared_ptr_test : public testing::Test {
    void SetUp() override { alive = 0; }
    void TearDown() override { EXPECT_EQ(alive, 0); }
};
using lw_shared_ptr_test = shared_ptr_test;

TEST_F(lw_shared_ptr_test, is_one_word_and_destroys_with_the_last_holder) {
    static_assert(sizeof(lw_shared_ptr<thing>) == sizeof(void*));
    auto a = make_lw_shared<thing>(3);
    EXPECT_TRUE(a.owned());
    {
        auto b = a;
        EXPECT_EQ(a.use_count(), 2);
        EXPECT_EQ(a, b);
        EXPECT_EQ(b->value, 3);
        auto c = std::move(b);
        EXPECT_FALSE(b);
        EXPECT_EQ(a.use_count(), 2);
    }
    EXPECT_EQ(alive, 1);
    a = nullptr;
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(a.get(), nullptr);
    EXPECT_EQ(a, nullptr);
    EXPECT_EQ(a.use_count(), 0);
}

TEST_F(lw_shared_ptr_test, is_made_from_values_and_arguments) {
    thing t(4);
    auto a = make_lw_shared(t);
    auto b = make_lw_shared(thing(5));
    auto c = make_lw_shared<std::vector<int>>({1, 2, 3});
    auto d = make_lw_shared<std::vector<int>>();
    auto e = make_lw_shared<std::pair<int, std::unique_ptr<int>>>(1, std::make_unique<int>(2));
    auto f = make_lw_shared<const thing>(6);
    EXPECT_EQ(a->value, 4);
    EXPECT_EQ((*b).value, 5);
    EXPECT_EQ(c->size(), 3u);
    EXPECT_TRUE(d->empty());
    EXPECT_EQ(*e->second, 2);
    EXPECT_EQ(f->value, 6);
    a = thing(7);
    EXPECT_EQ(a->value, 7);
}

TEST_F(lw_shared_ptr_test, converts_to_const) {
    auto a = make_lw_shared<thing>(3);
    lw_shared_ptr<const thing> b = a;
    EXPECT_EQ(a.use_count(), 2);
    EXPECT_EQ(a, b);
    EXPECT_EQ(b->value, 3);
}

TEST_F(lw_shared_ptr_test, an_object_hands_out_pointers_to_itself) {
    auto a = make_lw_shared<counted>(3);
    auto b = a->shared_from_this();
    EXPECT_EQ(a, b);
    const counted& c = *a;
    lw_shared_ptr<const counted> d = c.shared_from_this();
    EXPECT_EQ(a->use_count(), 3);
}

TEST_F(lw_shared_ptr_test, releases_the_object_to_its_last_holder_only) {
    auto a = make_lw_shared<thing>(3);
    auto b = a;
    EXPECT_FALSE(a.release());
    std::unique_ptr<thing, lw_shared_ptr<thing>::disposer> p = b.release();
    ASSERT_TRUE(p);
    EXPECT_EQ(p->value, 3);
    EXPECT_FALSE(b);
    p.reset();
    EXPECT_EQ(alive, 0);
    auto c = make_lw_shared<counted>(4);
    auto r = c.release();
    EXPECT_EQ(r->value, 4);
    struct alignas(64) wide {
        char c = 'w';
        thing t;
    };
    auto w = make_lw_shared<wide>().release();
    EXPECT_EQ(w->c, 'w');
    EXPECT_EQ(reinterpret_cast<uintptr_t>(w.get()) % 64, 0u);
}

TEST_F(lw_shared_ptr_test, holds_a_type_that_is_incomplete_here) {
    holder h;
    drop(h);
    EXPECT_FALSE(h.p);
}

TEST_F(shared_ptr_test, converts_to_bases_and_casts_back) {
    shared_ptr<derived> d = make_shared<derived>();
    shared_ptr<base> b = d;
    EXPECT_EQ(b->id(), 2);
    EXPECT_EQ(d.use_count(), 2);
    EXPECT_TRUE(b == d);
    EXPECT_EQ(static_pointer_cast<derived>(b), d);
    EXPECT_EQ(dynamic_pointer_cast<side>(b)->s, 5);
    EXPECT_FALSE(dynamic_pointer_cast<derived>(make_shared<base>()));
    shared_ptr<const base> c = b;
    EXPECT_EQ(const_pointer_cast<base>(c), b);
    d = nullptr;
    c = nullptr;
    EXPECT_EQ(alive, 1);
    shared_ptr<base> moved = std::move(b);
    EXPECT_FALSE(b);
    moved = make_shared<base>();
    EXPECT_EQ(alive, 0);
}

TEST_F(shared_ptr_test, an_object_hands_out_pointers_to_itself) {
    auto d = make_shared<derived>();
    auto e = d->shared_from_this();
    EXPECT_EQ(d, e);
    const derived& c = *d;
    shared_ptr<const derived> f = c.shared_from_this();
    EXPECT_EQ(d->use_count(), 3);
}

TEST_F(shared_ptr_test, keeps_the_whole_alive_for_a_part) {
    auto pair = make_shared<std::pair<thing, int>>(thing(1), 2);
    shared_ptr<int> part(pair, &pair->second);
    pair = nullptr;
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(*part, 2);
}

TEST_F(shared_ptr_test, is_made_from_values_and_arguments) {
    auto a = make_shared(thing(3));
    auto b = make_shared<const thing>(4);
    auto c = make_shared<std::string>(3, 'x');
    EXPECT_EQ(a->value, 3);
    EXPECT_EQ(b->value, 4);
    EXPECT_EQ(*c, "xxx");
    EXPECT_EQ(*seastar::make_shared(std::string("y")), "y");
}

TEST_F(shared_ptr_test, serves_as_a_key_by_address_or_by_value) {
    auto a = make_shared<int>(1);
    auto b = make_shared<int>(1);
    std::unordered_map<shared_ptr<int>, int> by_address{{a, 1}, {b, 2}};
    EXPECT_EQ(by_address[b], 2);
    std::unordered_set<shared_ptr<int>, shared_ptr_value_hash<int>, shared_ptr_equal_by_value<int>> by_value{a};
    EXPECT_EQ(by_value.count(b), 1u);
    std::unordered_set<lw_shared_ptr<int>> lw{make_lw_shared<int>(1), make_lw_shared<int>(1)};
    EXPECT_EQ(lw.size(), 2u);
    EXPECT_NE(a < b, b < a);
}

TEST_F(shared_ptr_test, prints_what_it_points_to) {
    std::ostringstream os;
    os << make_shared<thing>(1) << ", " << make_lw_shared<thing>(2) << ", " << lw_shared_ptr<thing>();
    EXPECT_EQ(os.str(), "thing 1, thing 2, null");
    auto p = make_lw_shared<int>(7);
    EXPECT_EQ(fmt::format("{} {} {}", p, make_shared<std::string>("x"), shared_ptr<int>()), "7 x null");
    EXPECT_EQ(fmt::format("{}", fmt::ptr(p)), fmt::format("{}", static_cast<void*>(p.get())));
}

static_assert(is_smart_ptr<shared_ptr<int>>::value && is_smart_ptr<lw_shared_ptr<int>>::value);
static_assert(is_smart_ptr<std::unique_ptr<int>>::value && is_smart_ptr<std::shared_ptr<int>>::value);
static_assert(!is_smart_ptr<int*>::value && !is_smart_ptr<std::vector<int>>::value);

}

struct hidden : seastar::enable_lw_shared_from_this<hidden> {
    thing t;
};
void seastar::lw_shared_ptr_deleter<hidden>::dispose(hidden* p) {
    delete p;
}

namespace {

TEST_F(lw_shared_ptr_test, disposes_of_a_hidden_type_through_its_deleter) {
    holder h{make_lw_shared<hidden>()};
    EXPECT_EQ(alive, 1);
    drop(h);
    EXPECT_EQ(alive, 0);
}

}
