/// Assertions that stay on in release builds: a bug is a crash with a place, never a wrong answer. A remote peer must
/// not be able to reach one.
#pragma once

namespace seastar::internal {
/// Prints the expression and its place on stderr and aborts, through the hook that tests may set. Any thread.
[[noreturn]] void assert_fail(const char* expression, const char* file, int line, const char* function) noexcept;
}

#define SEASTAR_ASSERT(...)                                                                                            \
    (__builtin_expect(static_cast<bool>(__VA_ARGS__), true)                                                            \
         ? static_cast<void>(0)                                                                                        \
         : ::seastar::internal::assert_fail(#__VA_ARGS__, __FILE__, __LINE__, __func__))
