/// One thread at a time: the threads of a simulation's shards pass a baton, at draw, and time moves when all sleep.
///
/// What a shard does between two passes happens at one instant of the simulated clock. A shard passes the baton when
/// its loop asks the kernel for something (pass()), when it sleeps, when it waits for the others (meet()) and at its
/// end. What one thread wrote is seen by the next, as by handing over a semaphore.
#pragma once

#include "dice.hh"
#include "options.hh"
#include "trace.hh"

#include <memory>
#include <semaphore>
#include <vector>

namespace seastar::kernel::sim {

/// What the baton asks of a sleeping shard.
class sleeper {
public:
    /// When something will be there for it without anybody's doing: now or earlier, later, or never.
    virtual nanoseconds wakes_at() const noexcept = 0;

protected:
    ~sleeper() = default;
};

class baton {
public:
    baton(const options& o, dice& d, trace& t, nanoseconds& now) noexcept;
    ~baton();

    /// The calling thread becomes that of shard 0 and has the baton; the others wait for it in begin().
    void begin_all(unsigned shards);
    void begin(unsigned shard) noexcept;
    void end() noexcept;

    // By the thread that has the baton; they return when it has it again.
    void pass() noexcept;
    void sleep(const sleeper& s, nanoseconds deadline) noexcept;
    void meet() noexcept;

    void wake(unsigned shard) noexcept;
    unsigned current() const noexcept { return _current; }

private:
    struct runner {
        enum class state : uint8_t { runs, sleeps, meets, ended } what = state::runs;
        bool woken = false; ///< ends the sleep, or the next one
        const sleeper* asleep = nullptr;
        nanoseconds deadline = never;
        std::binary_semaphore turn{0};
    };
    nanoseconds runs_at(const runner& r) const noexcept;
    void hand_over() noexcept;
    runner& choose() noexcept;
    [[noreturn]] void give_up(const char* why) const noexcept;

    const options& _options;
    dice& _dice;
    trace& _trace;
    nanoseconds& _now;
    std::vector<std::unique_ptr<runner>> _runners;
    unsigned _current = 0;
    unsigned _meeting = 0;
    uint64_t _turns = 0;
};

}
