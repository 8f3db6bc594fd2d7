#include "future/allocation_count.hh"

#include "base/sanitizer.hh"

#include <seastar/core/internal/task_allocator.hh>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>

namespace {
constinit thread_local size_t from_operator_new = 0;
}

void* operator new(size_t size) {
    ++from_operator_new;
    if (void* p = std::malloc(size ? size : 1)) {
        return p;
    }
    throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
    ++from_operator_new;
    return std::malloc(size ? size : 1);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

namespace seastar::testing {

// What the free lists cannot answer goes through operator new, and is counted there.
size_t allocation_count::total() noexcept { return from_operator_new + memory::task_allocation_counters().hits; }

TEST(allocation_count_test, counts_both_kinds) {
    allocation_count count;
    auto p = std::make_unique<int>(1);
    EXPECT_EQ(count.blocks(), 1u);
    memory::free_task(memory::allocate_task(100), 100);
    EXPECT_EQ(count.blocks(), 2u);
}

}
