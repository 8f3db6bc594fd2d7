/// Buffers from allocators that are chosen when the program runs.
#pragma once

#include <seastar/core/deleter.hh>
#include <seastar/core/temporary_buffer.hh>

#include <memory_resource>

namespace seastar {

/// `size` characters whose values are not set. The allocator outlives the buffer and its shares. Throws what the
/// allocator throws.
template <typename CharType>
temporary_buffer<CharType> make_temporary_buffer(std::pmr::polymorphic_allocator<CharType>* allocator, size_t size) {
    CharType* text = allocator->allocate(size);
    return temporary_buffer<CharType>(text, size, make_deleter([allocator, text, size]() noexcept {
        allocator->deallocate(text, size);
    }));
}

}
