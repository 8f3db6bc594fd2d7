/// For programs that include Seastar's header of this name: reading the metrics of a shard, at the end of metrics.hh.
#pragma once

#include <seastar/core/metrics.hh>
