/// Signals without handlers: blocked in every thread before the shards start, read from a descriptor by shard 0.
#pragma once

#include <csignal>
#include <initializer_list>

namespace seastar::kernel {

sigset_t make_signal_set(std::initializer_list<int> signals) noexcept;

/// Blocks signals in the calling thread, and in the threads that it starts, until the end of its life, which must be on
/// the same thread; then the mask is what it was.
class signal_block {
public:
    explicit signal_block(const sigset_t& signals) noexcept;
    signal_block(const signal_block&) = delete;
    signal_block& operator=(const signal_block&) = delete;
    ~signal_block();

    /// The mask from before: for children, which must not inherit the blocking.
    const sigset_t& saved() const noexcept { return _saved; }

private:
    sigset_t _saved;
};

/// A descriptor that becomes readable when one of `signals` comes; they must be blocked in all threads. Or -errno.
int open_signalfd(const sigset_t& signals) noexcept;

/// Takes one signal: its number, 0 when there is none now, or -errno.
int take_signal(int fd) noexcept;

}
