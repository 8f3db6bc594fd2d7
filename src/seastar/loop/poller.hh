/// Something that the loop looks at once a turn: the mesh's queues, connections with output to flush, reclaimers.
#pragma once

namespace seastar::loop {

/// Lives on one shard; registered with shard::add(), removed by its destructor's owner with shard::remove().
class poller {
public:
    /// Does what there is to do. True if anything was done. Runs once a turn, after the tasks.
    virtual bool poll() noexcept = 0;
    /// Called before the shard sleeps, in order of registration. False: there is work, do not sleep. A poller that is
    /// fed by other threads announces here that it has to be woken from now on, and then looks once more.
    virtual bool before_sleep() noexcept { return true; }
    /// Called after the sleep for each poller whose before_sleep() returned true, also when the sleep was called off.
    virtual void after_sleep() noexcept {}

protected:
    ~poller() = default;

private:
    friend class shard;
    poller* _next = nullptr;
};

}
