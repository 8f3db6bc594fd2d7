/// The heaps of the process: a range of addresses is divided evenly, so that an address tells the heap that a block
/// lies in. Heaps stay when their shards have ended, with what is left in them; later shards take them over.
#pragma once

#include "memory/heap/shard_heap.hh"

namespace seastar::memory {

/// The calling thread's; null if it is no shard, or has to do with the C library's heap.
extern constinit thread_local shard_heap* this_thread_heap
    [[gnu::tls_model("initial-exec"), gnu::visibility("hidden")]];

namespace heaps {

struct range {
    std::atomic<uintptr_t> begin = 0;
    std::atomic<uintptr_t> size = 0;
    std::atomic<uintptr_t> heap_size = 1; ///< a power of two
};
/// Set once, before the first heap is made; empty until then.
extern constinit range all [[gnu::visibility("hidden")]];

}

/// The heap that an address lies in; null if it is none of ours. Any thread.
inline shard_heap* heap_of(const void* p) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed; // whoever has a block knows of its heap
    auto begin = heaps::all.begin.load(relaxed);
    auto offset = reinterpret_cast<uintptr_t>(p) - begin;
    if (offset >= heaps::all.size.load(relaxed)) {
        return nullptr;
    }
    return reinterpret_cast<shard_heap*>(begin + (offset & ~(heaps::all.heap_size.load(relaxed) - 1)));
}

}
