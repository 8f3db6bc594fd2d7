/// Marks code that must not fail for want of memory, so that test programs that inject allocation failures spare it.
#pragma once

namespace seastar::memory {

namespace internal {
/// Depth of nested critical sections of the calling thread.
extern constinit thread_local int critical_alloc_section __attribute__((tls_model("initial-exec")));
}

/// While one exists on a thread, is_critical_alloc_section() is true there.
class scoped_critical_alloc_section {
public:
    scoped_critical_alloc_section() noexcept { ++internal::critical_alloc_section; }
    ~scoped_critical_alloc_section() { --internal::critical_alloc_section; }
    scoped_critical_alloc_section(const scoped_critical_alloc_section&) = delete;
    scoped_critical_alloc_section& operator=(const scoped_critical_alloc_section&) = delete;
};

inline bool is_critical_alloc_section() noexcept { return internal::critical_alloc_section > 0; }

}
