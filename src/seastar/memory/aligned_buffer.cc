#include <seastar/core/aligned_buffer.hh>

namespace seastar::internal {

void* allocate_aligned_buffer_impl(size_t size, size_t alignment) {
    if (alignment < sizeof(void*)) {
        alignment = sizeof(void*);
    }
    void* p = nullptr;
    if (::posix_memalign(&p, alignment, size ? size : 1) != 0) {
        throw std::bad_alloc();
    }
    return p;
}

}
