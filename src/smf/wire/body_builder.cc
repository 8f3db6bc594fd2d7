/// The builder's memory is a block that carries its own deleter, and so becomes the body without a copy. FlatBuffers
/// are built from the end of the block to its beginning.
#include <smf/internal/body_builder.h>

#include <seastar/core/internal/task_allocator.hh>

namespace smf::internal {

using block = seastar::internal::buffer_deleter_impl;
static_assert(sizeof(block) + body_builder::initial_size == seastar::memory::task_size_max);

namespace {
block* block_of(uint8_t* bytes) noexcept {
    return reinterpret_cast<block*>(bytes - sizeof(block));
}
}

uint8_t* pooled_allocator::allocate(size_t size) {
    return reinterpret_cast<uint8_t*>(block::make(size)->data());
}

void pooled_allocator::deallocate(uint8_t* p, size_t) {
    delete block_of(p);
}

seastar::temporary_buffer<char> body_builder::release() {
    size_t capacity = 0;
    size_t offset = 0;
    auto base = _builder.ReleaseRaw(capacity, offset);
    return seastar::temporary_buffer<char>(reinterpret_cast<char*>(base) + offset, capacity - offset,
                                           seastar::deleter(block_of(base)));
}

}
