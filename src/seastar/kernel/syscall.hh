/// The one place where EINTR is handled, and the shape of every result in this folder: a value, or -errno.
#pragma once

#include <cerrno>

namespace seastar::kernel {

/// Runs one system call, again while a signal interrupts it. Returns what it returned, or -errno.
/// Not for close(2), which has closed even when interrupted, nor for calls that sleep by intention.
template <typename Call>
auto retry(Call call) noexcept -> decltype(call()) {
    for (;;) {
        auto result = call();
        if (result >= 0) {
            return result;
        }
        if (errno != EINTR) {
            return static_cast<decltype(result)>(-errno);
        }
    }
}

}
