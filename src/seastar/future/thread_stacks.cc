#include "thread_stacks.hh"

#include "base/sanitizer.hh"

#include <new>
#include <utility>

namespace seastar::internal {

namespace {

constexpr size_t usual_size = (SEASTAR_INTERNAL_ASAN ? 256 : 128) * 1024;
// 8 MiB of addresses per shard; of memory only what the threads have touched.
constexpr unsigned kept_max = 64;

/// Of one shard. What is given back last is used first: its pages are the warmest.
class stack_pool {
    kernel::thread_stack _kept[kept_max];
    unsigned _count = 0;

public:
    constexpr stack_pool() noexcept = default;
    ~stack_pool() {
        while (_count) {
            kernel::unmap_thread_stack(_kept[--_count]);
        }
    }
    kernel::thread_stack take() noexcept { return _count ? _kept[--_count] : kernel::map_thread_stack(usual_size); }
    void give(kernel::thread_stack stack) noexcept {
        if (_count < kept_max) {
            _kept[_count++] = stack;
        } else {
            kernel::unmap_thread_stack(stack);
        }
    }
};

thread_local stack_pool pool;

}

thread_stack_holder::thread_stack_holder(size_t size)
    : _stack(size == 0 || size == usual_size ? pool.take() : kernel::map_thread_stack(size)) {
    if (!_stack) {
        throw std::bad_alloc();
    }
}

void thread_stack_holder::release() noexcept {
    auto stack = std::exchange(_stack, {});
    if (stack.size == usual_size) {
        pool.give(stack);
    } else {
        kernel::unmap_thread_stack(stack);
    }
}

}
