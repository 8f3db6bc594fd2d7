/// Small things that read better with a name.
#pragma once

#define SMF_DISALLOW_COPY_AND_ASSIGN(TypeName)                                                                         \
    TypeName(const TypeName&) = delete;                                                                                \
    TypeName& operator=(const TypeName&) = delete

#define SMF_LIKELY(x) (__builtin_expect(!!(x), 1))
#define SMF_UNLIKELY(x) (__builtin_expect(!!(x), 0))
#define SMF_ALWAYS_INLINE inline __attribute__((always_inline))
