/// A simulated operating system: everything that a program does on it, on any number of shards, depends on one seed.
///
///     sim::world world(options);                  // options.seed
///     kernel::substitute_scope here(&world);
///     app.run(argc, argv, main);                  // -c3 --overprovisioned
///
/// The program runs unchanged, on simulated sockets, time and shards: one shard at a time, by draw (baton.hh), and
/// tasks of a shard in an order that is drawn, too. world.trace_hash() is the same for each run of a seed. A program
/// that cannot go on, or does not end, ends the process with a message and the status 3.
#pragma once

#include "baton.hh"
#include "network.hh"

#include "kernel/affinity.hh"
#include "kernel/operating_system.hh"

#include <optional>

namespace seastar::kernel::sim {

/// One program after the other. Not to be shared between threads other than the program's shards.
class world final : public operating_system {
public:
    explicit world(const sim::options& o);
    ~world();
    world(const world&) = delete;

    nanoseconds now() const noexcept { return _now; }
    uint64_t trace_hash() const noexcept { return _trace.hash(); }
    uint64_t events() const noexcept { return _trace.events(); }

    int open_socket(int family, int type, int protocol) noexcept override;
    int bind_socket(int fd, const sockaddr* address, socklen_t length) noexcept override;
    int listen_socket(int fd, int backlog) noexcept override;
    int shutdown_socket(int fd, int how) noexcept override;
    int local_endpoint(int fd, endpoint& result) noexcept override;
    int remote_endpoint(int fd, endpoint& result) noexcept override;
    int set_option(int fd, int level, int name, const void* value, socklen_t size) noexcept override;
    int get_option(int fd, int level, int name, void* value, socklen_t& size) noexcept override;
    std::unique_ptr<ring> make_ring(int& error) noexcept override;
    void begin_program(unsigned shards) noexcept override;
    void begin_shard(unsigned shard) noexcept override;
    void end_shard() noexcept override;
    void meet() noexcept override;
    uint64_t random_seed() noexcept override { return _dice.next(); }

private:
    const sim::options _options;
    dice _dice;
    trace _trace;
    nanoseconds _now = 1'000'000'000;
    network _network;
    baton _baton;
    std::optional<affinity_guard> _affinity; ///< shard 0's thread, while a program runs
};

}
