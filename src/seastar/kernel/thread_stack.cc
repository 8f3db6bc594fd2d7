#include "thread_stack.hh"

#include <cstdint>
#include <sys/mman.h>

namespace seastar::kernel {

namespace {
// As large as the largest page of the machines that this runs on (arm64 has 64 KiB pages at times).
#if defined(__aarch64__)
constexpr size_t guard_size = 65536;
#else
constexpr size_t guard_size = 4096;
#endif
}

thread_stack map_thread_stack(size_t size) noexcept {
    if (size > SIZE_MAX - 2 * guard_size) {
        return {};
    }
    size = (size + guard_size - 1) / guard_size * guard_size;
    // Mapped without access, so that it counts as memory in use only where it is made accessible.
    void* p =
        ::mmap(nullptr, size + guard_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (p == MAP_FAILED) {
        return {};
    }
    auto* base = static_cast<char*>(p) + guard_size;
    if (::mprotect(base, size, PROT_READ | PROT_WRITE) != 0) {
        ::munmap(p, size + guard_size);
        return {};
    }
    return {base, size};
}

void unmap_thread_stack(thread_stack stack) noexcept {
    if (stack) {
        ::munmap(stack.base - guard_size, stack.size + guard_size);
    }
}

bool in_guard_page(thread_stack stack, const void* address) noexcept {
    auto at = reinterpret_cast<uintptr_t>(address);
    auto base = reinterpret_cast<uintptr_t>(stack.base);
    return stack && at >= base - guard_size && at < base;
}

}
