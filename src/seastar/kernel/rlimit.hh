/// The limit of open descriptors.
#pragma once

#include <cstdint>

namespace seastar::kernel {

/// Raises the soft limit to the hard one, as servers may. Returns the limit that holds then; it is never lowered, and
/// left alone where raising is refused.
uint64_t raise_descriptor_limit() noexcept;

}
