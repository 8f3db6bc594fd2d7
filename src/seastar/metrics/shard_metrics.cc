#include "metrics/shard_metrics.hh"

#include <seastar/core/internal/task_allocator.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/metrics.hh>

#include "loop/shard.hh"
#include "net/posix/socket_counters.hh"

#include <algorithm>

namespace seastar::metrics {

namespace {

/// The part of the time since the last question in which the shard was awake, in percent.
class utilization {
    loop::shard& _shard;
    kernel::nanoseconds _asked;
    kernel::nanoseconds _idle;

public:
    explicit utilization(loop::shard& s) : _shard(s), _asked(s.start_time()), _idle(0) {}
    double operator()() {
        auto now = _shard.ring().now();
        auto idle = _shard.idle_time();
        auto passed = static_cast<double>(std::max<kernel::nanoseconds>(now - _asked, 1));
        auto slept = static_cast<double>(idle - _idle);
        _asked = now;
        _idle = idle;
        return std::clamp(100 * (1 - slept / passed), 0.0, 100.0);
    }
};

}

shard_metrics::shard_metrics(loop::shard& shard) {
    auto* s = &shard;
    _groups.add_group(
        "reactor",
        {
            make_counter(
                "tasks_processed", [s] { return s->queue().tasks_run(); }, description("Tasks that ran")),
            make_queue_length(
                "tasks_pending", [s] { return s->queue().size(); }, description("Tasks that are ready to run")),
            make_gauge("utilization", utilization(shard),
                       description("Percent of the time awake, since the last reading")),
            make_counter(
                "cpu_busy_ms", [s] { return (s->ring().now() - s->start_time() - s->idle_time()) / 1'000'000; },
                description("Milliseconds awake")),
        });
    auto& ring = shard.ring().counters();
    _groups.add_group("ring",
                      {
                          make_counter("syscalls", ring.syscalls, description("System calls made by the ring")),
                          make_counter("enters", ring.enters, description("Calls of io_uring_enter or epoll_pwait2")),
                          make_counter("receives", ring.receives, description("Pieces of streams that were received")),
                          make_counter("sends", ring.sends, description("Sends that were carried out")),
                          make_counter("waits", ring.waits, description("Times that the shard slept")),
                          make_counter("wakes", ring.wakes, description("Times that another thread woke it")),
                      });
    auto& sockets = net::posix::counters();
    _groups.add_group(
        "network", {
                       make_counter("connections_opened", sockets.opened, description("Connections accepted and made")),
                       make_gauge(
                           "connections_current", [&sockets] { return sockets.opened - sockets.closed; },
                           description("Connections that are open")),
                       make_counter("accept_failures", sockets.accept_failures,
                                    description("Times that accepting paused for lack of descriptors or memory")),
                   });
    auto figure = [](auto member) { return [member] { return (memory::stats().*member)(); }; };
    using figures = memory::statistics;
    _groups.add_group("memory",
                      {
                          make_counter("malloc_operations", figure(&figures::mallocs), description("Blocks allocated")),
                          make_counter("free_operations", figure(&figures::frees), description("Blocks freed")),
                          make_counter("cross_cpu_free_operations", figure(&figures::cross_cpu_frees),
                                       description("Blocks of this shard that other threads freed")),
                          make_gauge("malloc_live_objects", figure(&figures::live_objects),
                                     description("Blocks in use")),
                          make_counter("malloc_failed", figure(&figures::failed_allocations),
                                       description("Allocations that found no room")),
                          make_counter("reclaims_operations", figure(&figures::reclaims),
                                       description("Times that somebody was asked to free memory")),
                          make_current_bytes("total_memory", figure(&figures::total_memory),
                                             description("Bytes that the shard may use")),
                          make_current_bytes("allocated_memory", figure(&figures::allocated_memory),
                                             description("Bytes in use, in whole pages")),
                          make_current_bytes("free_memory", figure(&figures::free_memory),
                                             description("Bytes that are left")),
                      });
    auto task_memory = [](auto member) { return [member] { return memory::task_allocation_counters().*member; }; };
    using task_counters = memory::task_allocation_counters_type;
    _groups.add_group(
        "memory",
        {
            make_counter("task_allocations_hit", task_memory(&task_counters::hits),
                         description("Allocations of tasks answered from a free list")),
            make_counter("task_allocations_missed", task_memory(&task_counters::misses),
                         description("Allocations of tasks that went to the general allocator")),
            make_counter("task_allocations_spilled", task_memory(&task_counters::spills),
                         description("Blocks given back to the general allocator because their list was full")),
        });
}

}
