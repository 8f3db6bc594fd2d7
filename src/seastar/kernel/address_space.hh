/// Addresses that are set aside long before there is memory behind them.
#pragma once

#include <cstddef>

namespace seastar::kernel {

/// Sets addresses aside, which nobody may touch: the first of `size` of them, a multiple of `alignment` (a power of
/// two, at least a page). Null if there are not as many (ulimit -v).
char* reserve_addresses(size_t size, size_t alignment) noexcept;

/// From now on they can be read and written; there are zeros where nothing was written yet. Memory is taken as pages
/// are touched. False if the system does not promise as much (vm.overcommit_memory=2). Requires: whole pages.
bool make_accessible(char* begin, size_t size) noexcept;

/// Gives the memory behind them back to the system; they read as zeros. Requires: whole pages, accessible.
void forget_contents(char* begin, size_t size) noexcept;

/// That the machine could have, those that are off included; at least 1.
size_t configured_cpus() noexcept;

}
