/// What is behind a shard's reactor: where programs' requests (at_exit, handle_signal ...) are kept until they matter.
#pragma once

#include <seastar/core/reactor.hh>
#include <seastar/core/shared_ptr.hh>

#include "app/program.hh"
#include "loop/shard.hh"
#include "net/posix/network_stack.hh"
#include "shard/node.hh"

#include <map>
#include <memory>
#include <vector>

namespace seastar {

/// One per shard, on the shard. runtime.cc makes it and runs it.
struct reactor::impl {
    impl(app::program& p, loop::shard& s, shard::member& m);
    impl(const impl&) = delete;
    ~impl();

    /// The program begins to stop: resolves wait_for_stop().
    void announce_stop() noexcept;
    /// Runs the at_exit functions, the last one first.
    future<> run_exit_functions() noexcept;
    void call_signal_handler(int signo) noexcept;
    /// The loop has ended.
    void run_destroy_functions() noexcept;

    app::program& program;
    loop::shard& shard;
    shard::member& member;
    reactor facade;
    std::unique_ptr<network_stack> stack = seastar::net::posix::make_network_stack();

    std::vector<noncopyable_function<future<>()>> exit_functions;
    std::vector<noncopyable_function<void()>> destroy_functions;
    std::vector<promise<>> stop_waiters;
    std::map<int, lw_shared_ptr<noncopyable_function<void()>>> signal_handlers; ///< that run on this shard
    bool stopping = false;
    bool done = false; ///< the loop ends
};

}
