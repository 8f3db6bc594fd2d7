/// On which CPUs a thread may run: looking, pinning, and giving a borrowed thread back as it was.
#pragma once

#include <cstddef>
#include <vector>

namespace seastar::kernel {

/// A set of CPUs of up to 8192, more than any kernel is built for.
class affinity_mask {
public:
    static constexpr unsigned cpus_max = 8192;

    affinity_mask() noexcept = default; ///< empty

    /// What the calling thread is allowed now: a copy to apply() later restores it. 0 or -errno.
    static int of_this_thread(affinity_mask& result) noexcept;
    /// Binds the calling thread. 0 or -errno (EINVAL: none of these CPUs is allowed).
    int apply() const noexcept;

    void add(unsigned cpu) noexcept;
    bool has(unsigned cpu) const noexcept;
    /// In ascending order.
    std::vector<unsigned> cpus() const;

private:
    static constexpr unsigned word_bits = 8 * sizeof(unsigned long);
    unsigned long _words[cpus_max / word_bits] = {};
};

/// Binds the calling thread to one CPU. 0 or -errno.
int pin_to_cpu(unsigned cpu) noexcept;

/// Keeps the calling thread's mask and puts it back at the end of its life, on the same thread.
class affinity_guard {
public:
    affinity_guard() noexcept : _error(affinity_mask::of_this_thread(_saved)) {}
    affinity_guard(const affinity_guard&) = delete;
    affinity_guard& operator=(const affinity_guard&) = delete;
    ~affinity_guard() {
        if (_error == 0) {
            _saved.apply();
        }
    }

private:
    affinity_mask _saved;
    int _error;
};

}
