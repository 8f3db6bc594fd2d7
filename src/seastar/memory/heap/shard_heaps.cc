/// Which thread has which heap.
#include "memory/heap/shard_heaps.hh"

#include "kernel/address_space.hh"
#include "kernel/machine.hh"
#include "memory/heap/allocator.hh"

#include <seastar/core/internal/shard_memory.hh>
#include <seastar/util/assert.hh>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace seastar::memory {

constinit thread_local shard_heap* this_thread_heap = nullptr;
// tidy-allow(global): the addresses of a process are one
constinit heaps::range heaps::all;

namespace {

// A process has 128 TiB of addresses on x86-64, 256 TiB on AArch64.
constexpr size_t addresses_max = size_t(1) << 45;
constexpr size_t heaps_max = 1024;
constexpr size_t huge_page_size = size_t(2) << 20;

struct heap_registry {
    std::mutex mutex;
    bool tried = false; ///< to get addresses
    std::array<bool, heaps_max> made{};
    std::array<bool, heaps_max> taken{};
};
// tidy-allow(global): heaps outlive the nodes whose shards they belong to, as blocks of theirs do
constinit heap_registry registry;

size_t heap_count() noexcept { return heaps::all.size / heaps::all.heap_size; }

char* begin_of(size_t number) noexcept {
    return reinterpret_cast<char*>(heaps::all.begin + number * heaps::all.heap_size);
}

shard_heap& heap_at(size_t number) noexcept { return *reinterpret_cast<shard_heap*>(begin_of(number)); }

bool reserve(size_t heap_size, size_t count) noexcept {
    auto* begin = kernel::reserve_addresses(heap_size * count, huge_page_size);
    if (begin) {
        heaps::all.begin = reinterpret_cast<uintptr_t>(begin);
        heaps::all.heap_size = heap_size;
        heaps::all.size = heap_size * count;
    }
    return begin != nullptr;
}

/// For twice as many heaps as there are CPUs, each large enough to have all of the machine's memory. Where addresses
/// are scarce (ulimit -v, valgrind), as many as possible for what is wanted now.
void reserve_addresses(size_t bytes_of_heap) noexcept {
    auto range_for = [](size_t bytes) { return std::bit_ceil(bytes + bytes / 64); }; // 1/64: the table, and some
    auto wanted = range_for(bytes_of_heap);
    auto machine = range_for(std::max<size_t>(bytes_of_heap, kernel::physical_memory()));
    auto count = std::min(std::bit_ceil(std::max<size_t>(2 * kernel::configured_cpus(), 64)), heaps_max);
    auto done = reserve(std::min(machine, addresses_max / count), count);
    for (; !done && count > 0; count /= 2) {
        done = reserve(std::min(wanted, addresses_max / count), count);
    }
}

/// Null: the system does not promise the memory.
shard_heap* open_heap(size_t number, size_t bytes) noexcept {
    auto* begin = begin_of(number);
    auto parts = shard_heap::layout_for(heaps::all.heap_size, bytes);
    if (!kernel::make_accessible(begin, parts.table_end) ||
        !kernel::make_accessible(begin + parts.pages_begin, parts.pages_end - parts.pages_begin)) {
        return nullptr;
    }
    if (!std::exchange(registry.made[number], true)) {
        ::new (begin) shard_heap(heaps::all.heap_size, static_cast<unsigned>(number));
    }
    heap_at(number).set_limit(parts);
    return &heap_at(number);
}

[[maybe_unused]] shard_heap* take_heap(size_t wanted, size_t bytes) noexcept {
    std::lock_guard lock(registry.mutex);
    if (!std::exchange(registry.tried, true)) {
        reserve_addresses(bytes);
    }
    auto count = heap_count();
    for (size_t i = 0; i < count; ++i) {
        auto number = (wanted + i) % count; // the same shards have the same heaps, run after run
        if (!registry.taken[number]) {
            auto* heap = open_heap(number, bytes);
            registry.taken[number] = heap != nullptr;
            return heap;
        }
    }
    return nullptr;
}

}

}

namespace seastar::internal {

#if SEASTAR_INTERNAL_SHARD_HEAPS

bool take_shard_heap(unsigned shard, size_t bytes) noexcept {
    SEASTAR_ASSERT(!memory::this_thread_heap);
    memory::this_thread_heap = memory::take_heap(shard, bytes);
    return memory::this_thread_heap != nullptr;
}

#else

bool take_shard_heap(unsigned, size_t) noexcept { return false; }

#endif

void leave_shard_heap() noexcept {
    if (auto* heap = std::exchange(memory::this_thread_heap, nullptr)) {
        heap->drain();
        std::lock_guard lock(memory::registry.mutex);
        memory::registry.taken[heap->number()] = false;
    }
}

}
