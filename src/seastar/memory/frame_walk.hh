/// Following frame pointers: the one way to a backtrace inside a signal handler, where neither the unwinder nor malloc
/// can be entered. It ends where code begins that was compiled without them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace seastar::memory {

/// Calls `visit(address)` with the return addresses, less one, of the frame at `frame` and those outside of it, `limit`
/// at most. `inner` is an address in the same stack that lies further in. Async-signal-safe as far as `visit` is.
template <typename Visit>
void walk_frames(uintptr_t inner, uintptr_t frame, size_t limit, Visit visit) noexcept {
    constexpr uintptr_t frame_size_max = 1 << 20;
    // Stacks grow downwards, and a frame is never far from the one inside of it. Anything else is a register that was
    // not used as a frame pointer. Unsigned, so that no distance overflows.
    while (limit-- != 0 && frame > inner && frame - inner <= frame_size_max && frame % sizeof(void*) == 0) {
        auto* at = reinterpret_cast<const uintptr_t*>(frame);
        if (at[1] < 4096) {
            return;
        }
        visit(at[1] - 1);
        inner = frame;
        frame = at[0];
    }
}

}
