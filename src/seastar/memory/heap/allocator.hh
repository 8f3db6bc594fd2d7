/// Which allocator this library is built with. With the C library's (`-DSEASTAR_ALLOCATOR=system`, and always under
/// sanitizers, which bring their own) no thread has a heap, and malloc() is not replaced.
#pragma once

#include "base/sanitizer.hh"

#if defined(SEASTAR_INTERNAL_ALLOCATOR_SYSTEM) || SEASTAR_INTERNAL_ASAN || SEASTAR_INTERNAL_TSAN
#define SEASTAR_INTERNAL_SHARD_HEAPS 0
#else
#define SEASTAR_INTERNAL_SHARD_HEAPS 1
#endif
