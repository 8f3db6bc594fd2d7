#include <seastar/core/internal/shard_memory.hh>

#include <utility>

namespace seastar::internal {

namespace {
constinit thread_local size_t memory_of_this_shard = 0;
}

size_t shard_memory() noexcept {
    return memory_of_this_shard;
}

size_t set_shard_memory(size_t bytes) noexcept {
    return std::exchange(memory_of_this_shard, bytes);
}

}
