/// Counts the calls of the malloc family in a program; operator new is among them, as libstdc++'s calls malloc. Frees
/// are not counted. The library alloc_counter.so is loaded in front of a program (LD_PRELOAD) whose counters will be
/// asked for, so that others, like the one whose instructions are counted, do not pay for it.
#pragma once

#include <cstdint>

extern "C" {

/// Since the start of the process, all threads. Any thread; exact for the calling one. Null where the library was not
/// loaded.
[[gnu::weak]] uint64_t bench_allocation_count() noexcept;

}
