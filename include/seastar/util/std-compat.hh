/// What differs between the standard libraries and compilers that programs are built with.
#pragma once

#include <source_location>

#if defined(__SANITIZE_ADDRESS__)
#define SEASTAR_ASAN_ENABLED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEASTAR_ASAN_ENABLED
#endif
#endif

namespace seastar::compat {
using source_location = std::source_location;
}
