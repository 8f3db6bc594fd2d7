#include "future/allocation_count.hh"

#include "base/sanitizer.hh"

#include <seastar/core/internal/task_allocator.hh>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <new>

#if SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN
#include <sanitizer/allocator_interface.h>
#endif

namespace {
constinit thread_local size_t allocations = 0;
}

#if SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN

// The sanitizers have an operator new of their own, and a hook in it.
namespace {
void note_allocation(const volatile void*, size_t) { ++allocations; }
void note_release(const volatile void*) {}
const int installed = __sanitizer_install_malloc_and_free_hooks(&note_allocation, &note_release);
}

#else

void* operator new(size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size ? size : 1);
}
void* operator new(size_t size) {
    if (void* p = operator new(size, std::nothrow)) {
        return p;
    }
    throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

#endif

namespace seastar::testing {

// What the free lists cannot answer goes through operator new, and is counted there.
size_t allocation_count::total() noexcept { return allocations + memory::task_allocation_counters().hits; }

TEST(allocation_count_test, counts_both_kinds) {
#if SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN
    ASSERT_NE(installed, 0);
#endif
    allocation_count count;
    auto p = std::make_unique<int>(1);
    EXPECT_EQ(count.blocks(), 1u);
    memory::free_task(memory::allocate_task(100), 100);
    EXPECT_EQ(count.blocks(), 2u);
}

}
