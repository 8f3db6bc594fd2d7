#include "address_space.hh"

#include <algorithm>
#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace seastar::kernel {

char* reserve_addresses(size_t size, size_t alignment) noexcept {
    void* mapped = ::mmap(nullptr, size + alignment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        return nullptr;
    }
    auto* begin = static_cast<char*>(mapped);
    auto before = (alignment - reinterpret_cast<uintptr_t>(begin) % alignment) % alignment;
    if (before) {
        ::munmap(begin, before);
    }
    ::munmap(begin + before + size, alignment - before);
    return begin + before;
}

bool make_accessible(char* begin, size_t size) noexcept {
    return size == 0 || ::mprotect(begin, size, PROT_READ | PROT_WRITE) == 0;
}

void forget_contents(char* begin, size_t size) noexcept {
    (void)::madvise(begin, size, MADV_DONTNEED); // fails for what is locked in memory, and then stays as it is
}

size_t configured_cpus() noexcept { return static_cast<size_t>(std::max(::sysconf(_SC_NPROCESSORS_CONF), 1L)); }

}
