/// The kernel's network as one object.
#pragma once

#include <seastar/net/api.hh>

#include <memory>

namespace seastar::net::posix {

/// Shard: one. Has no state.
std::unique_ptr<network_stack> make_network_stack();

}
