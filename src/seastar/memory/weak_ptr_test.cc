#include <seastar/core/checked_ptr.hh>
#include <seastar/core/weak_ptr.hh>

#include <gtest/gtest.h>
#include <memory>
#include <unordered_set>
#include <vector>

using namespace seastar;

namespace {

struct owner : weakly_referencable<owner> {
    int value = 1;
    owner() = default;
    owner(owner&&) = default;
};

TEST(weak_ptr, turns_null_when_the_object_goes) {
    auto object = std::make_unique<owner>();
    weak_ptr<owner> a = object->weak_from_this();
    weak_ptr<owner> b = a;
    weak_ptr<owner> c = std::move(a);
    EXPECT_FALSE(a);
    EXPECT_EQ(b->value, 1);
    EXPECT_EQ((*c).value, 1);
    EXPECT_EQ(b, c);
    b = nullptr;
    EXPECT_EQ(b, nullptr);
    b = c;
    auto& self = c;
    c = self;
    c = std::move(self);
    EXPECT_TRUE(c);
    object.reset();
    EXPECT_FALSE(b);
    EXPECT_EQ(c.get(), nullptr);
    weak_ptr<owner> d = c;
    EXPECT_FALSE(d);
}

TEST(weak_ptr, follows_an_object_that_moves) {
    owner first;
    first.value = 5;
    std::vector<weak_ptr<owner>> pointers(3, first.weak_from_this());
    owner second = std::move(first);
    for (auto& p : pointers) {
        EXPECT_EQ(p.get(), &second);
    }
}

TEST(weak_ptr, may_go_before_its_object_in_any_order) {
    owner object;
    {
        std::vector<weak_ptr<owner>> pointers(10, object.weak_from_this());
        pointers.erase(pointers.begin() + 3, pointers.begin() + 7);
        pointers.emplace_back(object.weak_from_this());
        for (auto& p : pointers) {
            EXPECT_EQ(p.get(), &object);
        }
    }
    EXPECT_TRUE(object.weak_from_this());
}

TEST(checked_ptr, throws_when_it_is_null) {
    auto object = std::make_unique<owner>();
    checked_ptr<weak_ptr<owner>> p(object->weak_from_this());
    EXPECT_EQ(p->value, 1);
    EXPECT_TRUE(p);
    object.reset();
    EXPECT_FALSE(p);
    EXPECT_THROW((void)p->value, checked_ptr_is_null_exception);
    EXPECT_THROW((void)*p, checked_ptr_is_null_exception);
    EXPECT_THROW((void)*checked_ptr<int*>(nullptr), checked_ptr_is_null_exception);
}

TEST(checked_ptr, calls_the_action_it_was_given) {
    struct count {
        int* n;
        void operator()() const {
            ++*n;
            throw 5;
        }
    };
    int n = 0;
    checked_ptr<int*, count> p(nullptr, count{&n});
    EXPECT_THROW((void)*p, int);
    EXPECT_EQ(n, 1);
}

TEST(checked_ptr, compares_and_hashes_by_address) {
    int a = 1, b = 1;
    std::unordered_set<checked_ptr<int*>> set{checked_ptr<int*>(&a), checked_ptr<int*>(&b), checked_ptr<int*>(&a)};
    EXPECT_EQ(set.size(), 2u);
    EXPECT_EQ(checked_ptr<int*>(&a), checked_ptr<int*>(&a));
    EXPECT_EQ(checked_ptr<int*>(&a).get(), &a);
}

}
