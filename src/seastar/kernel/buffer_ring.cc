#include "buffer_ring.hh"

#include <cerrno>
#include <sys/mman.h>

namespace seastar::kernel {

int buffer_ring::start(io_uring& ring) noexcept {
    void* mapped = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        return -errno;
    }
    _memory = static_cast<char*>(mapped);
    // The kernel keeps the physical pages: a fork must not make ours copies of them.
    ::madvise(mapped, mapped_bytes, MADV_DONTFORK);
    _ring = static_cast<io_uring_buf_ring*>(mapped);
    io_uring_buf_reg request{};
    request.ring_addr = reinterpret_cast<uintptr_t>(_ring);
    request.ring_entries = count;
    request.bgid = group;
    int result = io_uring_register_buf_ring(&ring, &request, 0);
    if (result < 0) {
        return result;
    }
    io_uring_buf_ring_init(_ring);
    for (unsigned i = 0; i < count; ++i) {
        give_back(i);
    }
    flush();
    return 0;
}

buffer_ring::~buffer_ring() {
    if (_memory) {
        ::munmap(_memory, mapped_bytes);
    }
}

}
