/// One signal, read from a descriptor on shard 0 instead of interrupting a thread.
#pragma once

#include "kernel/fd.hh"
#include "kernel/operation.hh"
#include "kernel/ring.hh"
#include "kernel/signals.hh"

#include <seastar/util/noncopyable_function.hh>

namespace seastar::app {

/// Shard: made, used and destroyed on one. The signal is blocked in all shards' threads while it lives. A thread that
/// does not block it (one that the program had before the shards, say) passes it on when it is delivered there.
class signal_watch final : private kernel::operation {
public:
    /// Throws std::system_error.
    signal_watch(kernel::ring& ring, int signo, noncopyable_function<void()> came);
    /// Puts back what the signal did before. Requires: ended().
    ~signal_watch();

    /// Lets a signal that came do what it did before this object was there.
    void let_through() noexcept;
    /// Stops looking; ended() becomes true some turns of the loop later.
    void end() noexcept;
    bool ended() const noexcept { return !busy(); }

private:
    void complete(int32_t result) noexcept override;
    void look() noexcept;

    kernel::ring& _ring;
    const int _signo;
    noncopyable_function<void()> _came;
    int _fd;
    bool _ending = false;
    struct sigaction _before;
};

/// Ignores a signal while it lives.
class signal_ignored {
public:
    explicit signal_ignored(int signo) noexcept;
    signal_ignored(const signal_ignored&) = delete;
    ~signal_ignored();

private:
    const int _signo;
    struct sigaction _before;
};

}
