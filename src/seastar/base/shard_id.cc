#include <seastar/core/shard_id.hh>

#include <utility>

namespace seastar::internal {

constinit thread_local shard_id this_shard_id_value = 0;

shard_id set_this_shard_id(shard_id id) noexcept {
    return std::exchange(this_shard_id_value, id);
}

}
