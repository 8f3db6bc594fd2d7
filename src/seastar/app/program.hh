/// What a shard's reactor asks of the program that it is part of. runtime.hh implements it.
#pragma once

#include <seastar/core/alien.hh>

#include <optional>

namespace seastar::app {

/// One per running program; shard 0's, but for alien().
class program {
public:
    /// The first call counts.
    virtual void stop(int status) noexcept = 0;

    /// Whose handler a signal is for.
    struct signal_handler {
        unsigned shard;
        bool once;
    };
    /// From now on the signal is for this handler; without one it stops the program (SIGINT, SIGTERM), or does what it
    /// did before. Requires: all shards block it. Throws std::system_error.
    virtual void watch_signal(int signo, std::optional<signal_handler> handler) = 0;

    /// Any shard.
    virtual alien::instance& alien() noexcept = 0;

protected:
    ~program() = default;
};

}
