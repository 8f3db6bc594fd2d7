/// Counts what the calling thread allocates in the life of the object: the free lists' blocks and those of operator
/// new. For tests; allocation_count_test.cc puts itself into operator new for the whole test binary.
#pragma once

#include <cstddef>

namespace seastar::testing {

class allocation_count {
    size_t _before;

public:
    allocation_count() noexcept : _before(total()) {}
    /// Since the object was made.
    size_t blocks() const noexcept { return total() - _before; }

private:
    static size_t total() noexcept;
};

}
