/// Whether a shard sleeps, and who wakes it: the one place where shards agree on that. Two sides, each of which writes
/// one thing and then reads what the other writes:
///
///     the sleeper                                a producer
///     1. exchange the state to asleep            1. publish its work
///     2. look at the work once more              2. read the state
///     3. nothing there: sleep in the kernel      3. asleep: exchange it to awake; who saw asleep wakes the shard
///
/// All four steps are sequentially consistent, so at least one side sees the other: either the sleeper finds the work
/// or the producer finds it asleep. No fences: ThreadSanitizer does not see them. No producer but the first makes a
/// system call, however many there are. tests/model checks this and the ring against the C++ memory model.
#pragma once

#include <atomic>

namespace seastar::shard {

class sleep_state {
public:
    /// The shard, before its second look at what others have published.
    void announce_sleep() noexcept { _asleep.exchange(true, std::memory_order_seq_cst); }
    /// The shard, when it does not sleep or does no more.
    void announce_wake() noexcept { _asleep.store(false, std::memory_order_relaxed); }

    /// Any thread, after it published something with a sequentially consistent store or exchange. True for one caller
    /// per sleep, who must then wake the shard.
    bool must_wake() noexcept {
        return _asleep.load(std::memory_order_seq_cst) && _asleep.exchange(false, std::memory_order_seq_cst);
    }

private:
    // false: the shard runs, or has been woken. true: it sleeps, or looks at its work for the last time before it does.
    std::atomic<bool> _asleep{false};
};

}
