/// The library's own metrics of one shard: the loop's ("reactor"), the ring's ("ring"), the sockets' ("network") and
/// those of task memory ("memory").
#pragma once

#include <seastar/core/metrics_registration.hh>

namespace seastar {
namespace loop {
class shard;
}

namespace metrics {

/// Registered while it lives. Shard: made and destroyed on the one that it is of, which outlives it.
class shard_metrics {
    metric_groups _groups;

public:
    explicit shard_metrics(loop::shard& shard);
    shard_metrics(const shard_metrics&) = delete;
};

}
}
