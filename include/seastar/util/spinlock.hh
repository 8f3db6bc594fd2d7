/// A lock that waits by spinning, for the few places where threads share something for some nanoseconds.
#pragma once

namespace seastar::util {

/// Meets the requirements of Lockable. Never held across anything that can sleep; the holder must not be preempted for
/// long, so not for general use between shards.
class spinlock {
    bool _locked = false; ///< accessed atomically only

public:
    spinlock() noexcept = default;
    spinlock(const spinlock&) = delete;
    spinlock& operator=(const spinlock&) = delete;
    ~spinlock() = default;

    bool try_lock() noexcept { return !__atomic_exchange_n(&_locked, true, __ATOMIC_ACQUIRE); }
    void lock() noexcept {
        while (!try_lock()) {
            while (__atomic_load_n(&_locked, __ATOMIC_RELAXED)) {
#if defined(__x86_64__)
                __builtin_ia32_pause();
#elif defined(__aarch64__)
                asm volatile("yield");
#endif
            }
        }
    }
    void unlock() noexcept { __atomic_store_n(&_locked, false, __ATOMIC_RELEASE); }
};

}
