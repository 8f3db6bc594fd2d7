/// Work that waits for the end of the loop's turn, so that everything that a turn brought about is done at once: one
/// write per connection, say.
#pragma once

namespace seastar {

namespace loop {
class shard;
}

namespace internal {

/// Lives on one shard; must stay where it is while queued. Costs nothing to queue.
class turn_end_hook {
    friend class loop::shard;
    turn_end_hook* _next_hook = nullptr;
    bool _hook_queued = false;

protected:
    ~turn_end_hook() = default;

public:
    /// Runs once per call_at_turn_end(), after the turn's tasks and before the kernel is asked. May queue itself again:
    /// for the next turn.
    virtual void turn_ended() noexcept = 0;
    bool queued_for_turn_end() const noexcept { return _hook_queued; }
};

/// No effect if it is queued. Requires: the thread has a loop.
void call_at_turn_end(turn_end_hook& hook) noexcept;
/// Takes it out of the queue, if it is in it.
void forget_turn_end(turn_end_hook& hook) noexcept;

}
}
