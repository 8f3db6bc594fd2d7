#include "app/runtime.hh"

#include <seastar/core/internal/exception_text.hh>
#include <seastar/core/internal/shard_memory.hh>
#include <seastar/core/internal/task_allocator.hh>
#include <seastar/core/make_task.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/preempt.hh>
#include <seastar/core/smp.hh>
#include <seastar/util/later.hh>
#include <seastar/util/log.hh>

#include "io/blocking_call.hh"
#include "io/file_operation.hh"
#include "kernel/affinity.hh"
#include "kernel/rlimit.hh"
#include "metrics/shard_metrics.hh"
#include "net/posix/shutdown.hh"
#include "shard/alien_impl.hh"

#include <algorithm>
#include <cstdio>
#include <string>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace seastar::app {

namespace {

// How long a shard that leaves waits for the kernel to let go of its sockets.
constexpr kernel::nanoseconds leave_time_max = 2'000'000'000;

sigset_t blocked_signals(bool with_stop_signals) noexcept {
    return with_stop_signals ? kernel::make_signal_set({SIGINT, SIGTERM}) : kernel::make_signal_set({});
}

/// As the tutorial shows it: on standard output, and what the exception says, or its type if it says nothing.
void print_failure(const std::exception_ptr& ex) {
    std::string text;
    try {
        std::rethrow_exception(ex);
    } catch (const std::exception& e) {
        text = e.what();
    } catch (...) {
        auto name = internal::text_of(ex);
        text.assign(name.data(), name.size());
    }
    std::fprintf(stdout, "program failed with uncaught exception: %s\n", text.c_str());
    std::fflush(stdout);
}

/// However long it takes: the owners of the memory that the system reads into, or writes from, go next.
void finish_files(loop::shard& shard) noexcept {
    auto finished = [] { return io::blocking_calls::local().pending() == 0 && io::file_operations_pending() == 0; };
    if (!shard.run_until(finished, shard.ring().now() + leave_time_max)) {
        seastar_logger.warn("waiting for the system to finish what was asked of files");
        shard.run_until(finished);
    }
}

}

runtime::runtime(const runtime_options& options, alien::instance& alien)
    : _substitute(kernel::substitute()), _options(options), _alien(alien),
      _node(static_cast<unsigned>(options.cpus.size()), options.node),
      _listeners(static_cast<unsigned>(options.cpus.size())), _choice(kernel::choose_backend(options.backend)),
      _together(static_cast<std::ptrdiff_t>(options.cpus.size())) {
    _alien.internals().connect(&_node.mesh());
}

runtime::~runtime() { _alien.internals().connect(nullptr); }

int runtime::run(noncopyable_function<future<int>()> main) {
    _main = std::move(main);
    if (_substitute) {
        _substitute->begin_program(shards());
        start_and_join_shards();
    } else {
        kernel::raise_descriptor_limit();
        kernel::affinity_guard affinity;
        kernel::signal_block blocked(blocked_signals(_options.stop_signals));
        signal_ignored no_sigpipe(SIGPIPE);
        start_and_join_shards();
    }
    if (_why) {
        std::rethrow_exception(_why);
    }
    return _status;
}

/// The calling thread is shard 0 meanwhile.
void runtime::start_and_join_shards() {
    std::vector<std::thread> threads;
    std::atomic<int> go{0}; // 1: all threads are there; -1: they are not
    try {
        for (unsigned id = 1; id < shards(); ++id) {
            threads.emplace_back([this, id, &go] {
                go.wait(0);
                if (go == 1) {
                    shard_thread(id);
                }
            });
        }
    } catch (...) {
        go = -1;
        go.notify_all();
        for (auto& t : threads) {
            t.join();
        }
        throw;
    }
    go = 1;
    go.notify_all();
    shard_thread(0);
    for (auto& t : threads) {
        t.join();
    }
}

// ---- one shard

void runtime::meet() noexcept {
    if (_substitute) {
        _substitute->meet();
    } else {
        _together.arrive_and_wait();
    }
}

void runtime::failed_to_start(std::exception_ptr why) noexcept {
    if (!_start_failed.exchange(true)) {
        _why = std::move(why);
    }
}

/// Called by all shards at once; gives all of them a ring of the same kind, or none of them any.
std::unique_ptr<kernel::ring> runtime::make_ring() noexcept {
    int error = 0;
    auto ring = kernel::make_ring(_choice.chosen, error);
    if (!ring) {
        _no_ring = true;
    }
    meet();
    bool fall_back = _no_ring && _choice.chosen == kernel::backend::io_uring && _options.backend.empty();
    if (fall_back) {
        ring.reset();
        ring = kernel::make_ring(kernel::backend::epoll, error);
    }
    if (!ring) {
        failed_to_start(std::make_exception_ptr(
            std::system_error(-error, std::system_category(), "cannot make the reactor backend")));
    }
    meet();
    if (fall_back && this_shard_id() == 0) {
        _choice.chosen = kernel::backend::epoll;
        _choice.reason = "io_uring is not to be had for every shard (ulimit -l), using epoll";
    }
    return ring;
}

void runtime::shard_thread(unsigned id) noexcept {
    kernel::substitute_scope scope(_substitute);
    if (_substitute) {
        _substitute->begin_shard(id);
    }
    if (id > 0) {
        ::pthread_setname_np(::pthread_self(), ("shard-" + std::to_string(id)).c_str());
    }
    auto number_before = internal::set_this_shard_id(id); // the loop's and the log's
    auto memory_before = internal::set_shard_memory(_options.memory[id]);
    if (_options.bind_to_cpus) {
        if (int error = kernel::pin_to_cpu(_options.cpus[id]); error < 0) {
            failed_to_start(std::make_exception_ptr(std::system_error(
                -error, std::system_category(), "cannot bind shard " + std::to_string(id) + " to its CPU")));
        }
    }
    bool has_heap = internal::take_shard_heap(id, _options.memory[id]); // on its CPU's NUMA node
    if (!has_heap && memory::shard_heaps && id == 0) {
        seastar_logger.warn("the shards cannot have heaps of their own (ulimit -v, vm.overcommit_memory=2): the C "
                            "library allocates, and what a shard may use is not limited");
    }
    memory::fill_task_reserve();
    auto ring = make_ring();
    if (!_start_failed) {
        be_shard(id, std::move(ring));
    }
    if (has_heap) {
        internal::leave_shard_heap();
    }
    internal::set_shard_memory(memory_before);
    internal::set_this_shard_id(number_before);
    if (_substitute) {
        _substitute->end_shard();
    }
}

void runtime::be_shard(unsigned id, std::unique_ptr<kernel::ring> ring) {
    auto loop_options = _options.loop;
    loop_options.id = id;
    loop_options.seed = _substitute ? _substitute->random_seed() : static_cast<uint64_t>(ring->now()) + id;
    {
        loop::shard shard(*ring, loop_options);
        io::blocking_calls calls(shard);
        {
            shard::member member(_node, shard);
            net::posix::set_registry(&_listeners);
            reactor::impl r(*this, shard, member);
            metrics::shard_metrics shard_metrics(shard);
            memory::set_reclaim_hook([](noncopyable_function<void()> reclaim) {
                schedule_urgent(make_task(default_scheduling_group(), std::move(reclaim)));
                internal::request_preemption(); // there may not be enough for the rest of the turn
            });
            meet(); // from here on all can be reached
            if (id == 0) {
                call_main();
            }
            shard.run_until([&r] { return r.done; });
            if (!leave(r)) {
                seastar_logger.error("the kernel does not let go of this shard's sockets; they are left to it");
                (void)ring.release();
            }
            if (auto* alarms = shard.alarms()) {
                alarms->before_sleep(); // waiting for the others is no stall
            }
            memory::set_reclaim_hook(nullptr);
            meet(); // nobody sends any more
            net::posix::set_registry(nullptr);
        }
        shard.queue().drop_all();
    }
    meet(); // nobody wakes any more
}

bool runtime::leave(reactor::impl& r) noexcept {
    r.member.settle_together();
    io::blocking_calls::local().stop();
    bool first = r.shard.id() == 0;
    if (first) {
        for (auto& [signo, signal] : _signals) {
            signal.watch->end();
        }
    }
    net::posix::abandon_sockets();
    auto busy = [&] {
        return net::posix::sockets_busy() ||
               (first && std::ranges::any_of(_signals, [](auto& s) { return !s.second.watch->ended(); }));
    };
    bool clean = r.shard.run_until([&] { return !busy(); }, r.shard.ring().now() + leave_time_max);
    if (clean && first) {
        _signals.clear();
    }
    finish_files(r.shard);
    r.member.settle_together();
    r.run_destroy_functions();
    return clean;
}

// ---- the program, on shard 0

void runtime::call_main() noexcept {
    seastar_logger.info("Reactor backend: {}", _choice.reason);
    if (_options.stop_signals) {
        try {
            watch_signal(SIGINT, {});
            watch_signal(SIGTERM, {});
        } catch (...) {
            seastar_logger.warn("signals do not stop the program: {}", std::current_exception());
        }
    }
    // As a task, so that the task quota counts from its first step.
    (void)yield().then([this] { return _main(); }).then_wrapped([this](future<int> result) {
        main_ended(std::move(result));
    });
}

void runtime::main_ended(future<int> result) noexcept {
    _main_ended = true;
    if (_stop_signal != 0) {
        // What it says while the program stops is its answer to being stopped.
        if (!result.failed()) {
            _status = result.get();
        } else {
            seastar_logger.info("the main function ended with {}", result.get_exception());
        }
    } else if (result.failed()) {
        print_failure(result.get_exception());
        stop(1);
    } else if (auto status = result.get(); _options.stop_when_done) {
        stop(status);
    }
}

void runtime::stop(int status) noexcept {
    if (_stopping) {
        return;
    }
    _stopping = true;
    _status = status;
    // As a task: who asks may be in the middle of something.
    (void)yield().then([this] { return stop_shards(); });
}

future<> runtime::stop_shards() noexcept {
    return smp::invoke_on_all([] { engine().internals().announce_stop(); }).then([] {
        return engine().internals().run_exit_functions();
    }).then([] {
        return smp::invoke_on_others([] { return engine().internals().run_exit_functions(); });
    }).then_wrapped([this](future<> f) {
        if (f.failed()) {
            seastar_logger.error("stopping: {}", f.get_exception());
        }
        if (_stop_signal != 0 && !_main_ended && _options.stop_when_done) {
            seastar_logger.info("signal {}: the main function is abandoned", _stop_signal);
        }
        return smp::invoke_on_all([] { engine().internals().done = true; });
    });
}

// ---- signals, on shard 0

void runtime::watch_signal(int signo, std::optional<signal_handler> handler) {
    auto& signal = _signals[signo];
    signal.handler = handler;
    if (signal.watch) {
        return;
    }
    try {
        signal.watch =
            std::make_unique<signal_watch>(loop::this_shard().ring(), signo, [this, signo] { signal_came(signo); });
    } catch (...) {
        _signals.erase(signo);
        throw;
    }
}

void runtime::signal_came(int signo) noexcept {
    auto& signal = _signals.at(signo);
    if (signal.handler) {
        auto shard = signal.handler->shard;
        if (signal.handler->once) {
            signal.handler.reset();
        }
        // As a task: this is the middle of the ring's poll().
        (void)yield().then([shard, signo] {
            return smp::submit_to(shard, [signo] { engine().internals().call_signal_handler(signo); });
        });
    } else if (!_options.stop_signals || (signo != SIGINT && signo != SIGTERM)) {
        signal.watch->let_through();
    } else if (_stop_signal == 0) {
        _stop_signal = signo;
        stop(_options.stop_when_done ? 128 + signo : 0);
    } else {
        seastar_logger.warn("signal {} again: ending at once", signo);
        ::_exit(128 + signo);
    }
}

}
