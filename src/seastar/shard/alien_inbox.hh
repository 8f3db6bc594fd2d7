/// Work for a shard from threads that are no shard. Producers take turns under a mutex, which keeps them away from a
/// shard that stops; the shard itself never waits for it while it runs.
#pragma once

#include <seastar/core/task.hh>

#include "kernel/ring.hh"
#include "shard/sleep_state.hh"

#include <atomic>
#include <mutex>

namespace seastar::internal {

/// Made on any thread; runs, and ends, on the shard.
class alien_work : public task {
public:
    /// The shard has stopped and will not run it. Any thread.
    virtual void discard() noexcept = 0;

protected:
    ~alien_work() = default;
};

}

namespace seastar::shard {

class alien_inbox {
public:
    explicit alien_inbox(sleep_state& sleep) noexcept : _sleep(sleep) {}

    /// Any thread but the shard's. False: the shard does not run.
    bool send(internal::alien_work& work) noexcept;

    // The shard's.
    void open(kernel::ring& ring) noexcept;
    /// Nothing comes in any more; what has come and was not taken is discarded.
    void close() noexcept;
    bool empty() const noexcept { return _newest.load(std::memory_order_seq_cst) == nullptr; }
    /// Schedules what has come, in order. True if there was anything.
    bool take() noexcept;

private:
    static internal::alien_work* reversed(internal::alien_work* newest) noexcept;

    sleep_state& _sleep;
    std::atomic<internal::alien_work*> _newest{nullptr}; ///< linked to the ones before it
    std::mutex _producers;
    kernel::ring* _ring = nullptr; ///< under the mutex; null: closed
};

}
