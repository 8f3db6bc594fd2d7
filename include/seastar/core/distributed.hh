/// distributed<T>: the former name of sharded<T>.
#pragma once

#include <seastar/core/sharded.hh>

namespace seastar {

template <typename Service>
using distributed = sharded<Service>;

}
