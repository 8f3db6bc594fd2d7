/// The ring on the simulated network: it carries out what can happen now, in an order that is drawn, and now and then
/// lets something wait. Files are not simulated: reading and writing them is -ENOSYS.
#pragma once

#include "baton.hh"
#include "network.hh"

#include "kernel/operation_list.hh"
#include "kernel/ring.hh"

namespace seastar::kernel::sim {

class sim_ring final : public ring, private sleeper {
public:
    sim_ring(unsigned shard, baton& b, network& n, dice& d, trace& t, const nanoseconds& now) noexcept;
    ~sim_ring() override;

    const char* name() const noexcept override { return "simulated"; }
    void prepare(operation& op) noexcept override;
    void cancel(operation& op) noexcept override;
    void close(int fd) noexcept override;
    bool poll() noexcept override;
    void wait(nanoseconds deadline) noexcept override;
    void wake() noexcept override { _baton.wake(_shard); }
    nanoseconds now() noexcept override { return _now; }

private:
    nanoseconds wakes_at() const noexcept override;
    nanoseconds ready_at(const operation& op) const noexcept;
    bool deliver() noexcept;
    void step(operation& op) noexcept;
    void step_stream(receiver& op) noexcept;
    void finish(operation& op, int64_t result) noexcept;

    const unsigned _shard;
    baton& _baton;
    network& _network;
    dice& _dice;
    trace& _trace;
    const nanoseconds& _now;
    operation_list _waiting; ///< states queued and inflight: from prepare() on
};

}
