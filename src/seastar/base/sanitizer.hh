/// Which sanitizers this file is compiled with. For sources only: no layout and no inline body may depend on it.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEASTAR_INTERNAL_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define SEASTAR_INTERNAL_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SEASTAR_INTERNAL_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define SEASTAR_INTERNAL_TSAN 1
#endif

#if !defined(SEASTAR_INTERNAL_ASAN)
#define SEASTAR_INTERNAL_ASAN 0
#endif
#if !defined(SEASTAR_INTERNAL_TSAN)
#define SEASTAR_INTERNAL_TSAN 0
#endif
