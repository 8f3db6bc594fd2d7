/// A FlatBufferBuilder whose memory comes from the shard's pools and whose result is handed on without a copy.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <seastar/core/temporary_buffer.hh>

namespace smf::internal {

/// Hands out blocks with a deleter in front, so that they may become temporary_buffers.
class pooled_allocator final : public flatbuffers::Allocator {
public:
    uint8_t* allocate(size_t size) override;
    void deallocate(uint8_t* p, size_t size) override;
};

/// Lives on the stack of one function.
class body_builder {
    pooled_allocator _allocator; // outlives the builder
    flatbuffers::FlatBufferBuilder _builder;

public:
    body_builder() : _builder(initial_size, &_allocator) {}
    flatbuffers::FlatBufferBuilder& get() noexcept { return _builder; }
    /// Requires: Finish() was called.
    seastar::temporary_buffer<char> release();

    /// With the deleter, the largest block that the shard's pools keep.
    static constexpr size_t initial_size = 1024 - 32;
};

}
