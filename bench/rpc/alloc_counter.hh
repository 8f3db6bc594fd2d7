/// Counts the calls of the malloc family in this program; operator new is among them, as libstdc++'s calls malloc.
/// Linking alloc_counter.cc switches it on. Frees are not counted.
#pragma once

#include <cstdint>

namespace bench {

/// Since the start of the process, all threads. Any thread; exact for the calling one.
uint64_t allocation_count() noexcept;

}
