/// A running program: its node, the threads of its shards, and how they start and stop. app_template makes one per
/// run().
///
/// Start: the threads are made, each binds itself to its CPU and makes its ring. If one cannot have an io_uring, all
/// take epoll. Then each makes its loop, its membership of the node and its reactor; when all have, shard 0, which is
/// the calling thread, calls the main function.
///
/// Stop, begun by the main function's end, by reactor::exit() or by a signal:
/// 1. wait_for_stop() resolves on all shards.
/// 2. shard 0's at_exit functions run, then the others'.
/// 3. the loops end; what is still on its way between shards, or ready to run, runs (member::settle_together()).
/// 4. files: what the system has begun is awaited, the rest is dropped, and nothing new begins. Sockets are cancelled
///    and closed, so that ports are free when run() returns; signals are what they were.
/// 5. each shard destroys its reactor, membership, loop and ring; the threads end.
#pragma once

#include "app/program.hh"
#include "app/reactor_impl.hh"
#include "app/signal_watch.hh"
#include "kernel/backend.hh"
#include "kernel/operating_system.hh"
#include "net/posix/listener.hh"
#include "shard/node.hh"

#include <atomic>
#include <barrier>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace seastar::app {

struct runtime_options {
    std::vector<unsigned> cpus;  ///< by shard
    std::vector<size_t> memory;  ///< bytes, by shard
    bool bind_to_cpus = true;
    loop::shard_options loop; ///< id and seed are each shard's own
    shard::node_options node;
    std::string_view backend; ///< forced, or empty
    bool stop_signals = true; ///< SIGINT and SIGTERM
    bool stop_when_done = true;

    runtime_options() = default;
};

class runtime final : public program {
public:
    runtime(const runtime_options& options, alien::instance& alien);
    ~runtime();
    runtime(const runtime&) = delete;

    /// Everything from start to stop; the calling thread is shard 0. Returns the exit status. Throws what kept the
    /// shards from starting.
    int run(noncopyable_function<future<int>()> main);

    void stop(int status) noexcept override;
    void watch_signal(int signo, std::optional<signal_handler> handler) override;
    alien::instance& alien() noexcept override { return _alien; }

    kernel::backend backend() const noexcept { return _choice.chosen; }

private:
    unsigned shards() const noexcept { return static_cast<unsigned>(_options.cpus.size()); }
    void shard_thread(unsigned id) noexcept;
    void be_shard(unsigned id, std::unique_ptr<kernel::ring> ring);
    std::unique_ptr<kernel::ring> make_ring() noexcept;
    void start_and_join_shards();
    void meet() noexcept; ///< Returns when all shards have called it.
    bool leave(reactor::impl& r) noexcept; ///< False: the kernel keeps something of this shard's.
    void failed_to_start(std::exception_ptr why) noexcept;

    void call_main() noexcept;
    void main_ended(future<int> result) noexcept;
    void signal_came(int signo) noexcept;
    future<> stop_shards() noexcept;

    kernel::operating_system* _substitute; ///< what the program runs on, if that is not the kernel
    const runtime_options& _options;
    alien::instance& _alien;
    shard::node _node;
    net::posix::listener_registry _listeners;
    kernel::backend_choice _choice;

    // The start. Written by any shard before it arrives at the barrier, read by all after it.
    std::barrier<> _together;
    std::atomic<bool> _no_ring{false};
    std::atomic<bool> _start_failed{false};
    std::exception_ptr _why; ///< the first one's to write

    // Shard 0's.
    noncopyable_function<future<int>()> _main;
    bool _main_ended = false;
    bool _stopping = false;
    int _status = 0;
    int _stop_signal = 0; ///< the one that stopped the program, or 0
    struct watched_signal {
        std::unique_ptr<signal_watch> watch;
        std::optional<signal_handler> handler;
    };
    std::map<int, watched_signal> _signals;
};

}
