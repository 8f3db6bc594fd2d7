/// smp::count, which is written where a thread becomes a shard of a node (src/seastar/shard/node.cc).
#pragma once

namespace seastar::internal {

struct smp_count {
    /// How many shards there are; 0 on threads that are none.
#if defined(__clang__) || defined(__GNUC__)
    [[gnu::tls_model("initial-exec")]]
#endif
    static constinit thread_local unsigned count;
};

}
