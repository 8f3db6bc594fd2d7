#include "app/app_fixture.hh"

#include <seastar/core/alien.hh>
#include <seastar/core/internal/shard_memory.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/signal.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/later.hh>

#include "kernel/backend.hh"
#include "kernel/sim/world.hh"

#include <csignal>
#include <filesystem>
#include <pthread.h>
#include <sched.h>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace seastar::app {

using namespace std::chrono_literals;
namespace bpo = boost::program_options;

// ---- results

TEST(run, takes_functions_that_return_nothing_an_int_or_a_future_of_either) {
    EXPECT_EQ(run({"-c1"}, [] {}), 0);
    EXPECT_EQ(run({"-c1"}, [] { return 3; }), 3);
    EXPECT_EQ(run({"-c1"}, [] { return make_ready_future<>(); }), 0);
    EXPECT_EQ(run({"-c1"}, [] { return make_ready_future<int>(4); }), 4);
    EXPECT_EQ(run({"-c1"}, [] { return sleep(1ms).then([] { return 5; }); }), 5);
}

namespace {
future<> plain_function() { return sleep(1ms); }
}

TEST(run, takes_plain_functions) { EXPECT_EQ(run({"-c1"}, plain_function), 0); }

TEST(run, keeps_a_coroutine_with_captures_until_it_is_done) {
    std::string text(100, 'x'), seen;
    EXPECT_EQ(run({"-c1"}, [text, &seen]() -> future<int> {
        co_await sleep(1ms);
        seen = text;
        co_return 1;
    }), 1);
    EXPECT_EQ(seen, text);
}

TEST(run, can_be_called_again_and_again_in_one_process) {
    for (int i = 0; i < 20; ++i) {
        unsigned shards = 0;
        EXPECT_EQ(run({i % 2 ? "-c2" : "-c1"}, [&] {
            shards = smp::count;
            return smp::invoke_on_all([] { return sleep(1ms); });
        }), 0);
        EXPECT_EQ(shards, i % 2 ? 2u : 1u);
    }
}

TEST(run, works_with_both_backends) {
    for (auto backend : {"epoll", "io_uring"}) {
        int error = 0;
        if (backend == std::string("io_uring") && !kernel::make_ring(kernel::backend::io_uring, error)) {
            GTEST_SKIP() << "io_uring is not allowed here: " << error;
        }
        std::string name;
        EXPECT_EQ(run({"-c2", "--reactor-backend", backend}, [&] {
            name = engine().get_backend_name();
            return smp::submit_to(1, [] { return sleep(1ms); });
        }), 0);
        EXPECT_EQ(name, backend);
    }
}

TEST(run, fails_with_the_text_of_the_exception_on_standard_output) {
    auto o =
        in_child([] { return run({"-c1"}, [] { return make_exception_future<>(std::runtime_error("no luck")); }); });
    EXPECT_EQ(o.status, 1);
    EXPECT_EQ(o.out, "program failed with uncaught exception: no luck\n");
    o = in_child([] { return run({"-c1"}, []() -> future<> { throw std::logic_error("thrown"); }); });
    EXPECT_EQ(o.status, 1);
    EXPECT_EQ(o.out, "program failed with uncaught exception: thrown\n");
    struct plain {};
    o = in_child([] { return run({"-c1"}, [] { return make_exception_future<>(plain()); }); });
    EXPECT_EQ(o.status, 1);
    EXPECT_NE(o.out.find("plain"), std::string::npos) << o.out;
}

// ---- the thread that calls, and the process

TEST(run, gives_the_calling_thread_back_as_it_was) {
    cpu_set_t cpus_before, cpus_after;
    sigset_t mask_before, mask_after;
    struct sigaction int_before, int_after, pipe_before, pipe_after;
    auto look = [](cpu_set_t& cpus, sigset_t& mask, struct sigaction& on_int, struct sigaction& on_pipe) {
        ::sched_getaffinity(0, sizeof(cpus), &cpus);
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        ::sigaction(SIGINT, nullptr, &on_int);
        ::sigaction(SIGPIPE, nullptr, &on_pipe);
    };
    look(cpus_before, mask_before, int_before, pipe_before);
    EXPECT_EQ(run({"-c1"}, [] {
        cpu_set_t cpus;
        ::sched_getaffinity(0, sizeof(cpus), &cpus);
        EXPECT_EQ(CPU_COUNT(&cpus), 1);
        sigset_t mask;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        EXPECT_TRUE(::sigismember(&mask, SIGINT));
        EXPECT_TRUE(engine_is_ready());
    }), 0);
    look(cpus_after, mask_after, int_after, pipe_after);
    EXPECT_TRUE(CPU_EQUAL(&cpus_before, &cpus_after));
    EXPECT_EQ(::sigismember(&mask_before, SIGINT), ::sigismember(&mask_after, SIGINT));
    EXPECT_EQ(int_before.sa_handler, int_after.sa_handler);
    EXPECT_EQ(pipe_before.sa_handler, pipe_after.sa_handler);
    EXPECT_FALSE(engine_is_ready());
    EXPECT_EQ(smp::count, 0u);
}

TEST(run, leaves_no_descriptor_behind) {
    auto names = [](const char* folder) {
        std::set<std::string> found;
        for (auto& entry : std::filesystem::directory_iterator(folder)) {
            std::error_code gone; // the descriptor of the iteration itself
            found.insert(entry.path().filename().string() + " " +
                         std::filesystem::read_symlink(entry.path(), gone).string());
        }
        return found;
    };
    run({"-c2"}, [] {});
    auto fds = names("/proc/self/fd");
    for (int i = 0; i < 5; ++i) {
        run({"-c2"}, [] { return smp::invoke_on_all([] { return sleep(1ms); }); });
    }
    EXPECT_EQ(names("/proc/self/fd"), fds);
}

TEST(run, more_shards_than_cpus_are_an_error_unless_overprovisioned) {
    auto wanted = std::to_string(std::thread::hardware_concurrency() + 1);
    app_template app;
    try {
        run(app, {"-c", wanted}, [] {});
        ADD_FAILURE() << "it started";
    } catch (const std::runtime_error& e) {
        EXPECT_STREQ(e.what(), "insufficient processing units");
    }
    unsigned shards = 0;
    EXPECT_EQ(run(app, {"-c", wanted, "--overprovisioned"}, [&] {
        shards = smp::count;
        return smp::invoke_on_all([] { return smp::invoke_on_all([] {}); });
    }), 0);
    EXPECT_EQ(std::to_string(shards), wanted);
}

TEST(run, more_memory_than_there_is_is_an_error_and_so_is_next_to_none) {
    for (auto size : {"10T", "1000000G", "10995116277760000", "100k"}) {
        try {
            run({"-c1", "-m", size}, [] {});
            ADD_FAILURE() << "it started with " << size;
        } catch (const std::runtime_error& e) {
            EXPECT_STREQ(e.what(), "insufficient physical memory");
        }
    }
    EXPECT_EQ(run({"-c1", "-m500M"}, [] {}), 0);
    EXPECT_EQ(run({"-c1", "-m1M"}, [] { return smp::invoke_on_all([] {}); }), 0);
}

TEST(run, divides_the_memory_among_the_shards) {
    auto at = [](unsigned shard) { return smp::submit_to(shard, [] { return internal::shard_memory(); }); };
    auto both = [&](std::initializer_list<std::string> args) {
        std::pair<size_t, size_t> found;
        EXPECT_EQ(run(args, [&] {
            return at(0).then([&](size_t bytes) {
                found.first = bytes;
                return at(1);
            }).then([&](size_t bytes) { found.second = bytes; });
        }), 0);
        return found;
    };
    constexpr size_t half = size_t(250) << 20;
    EXPECT_EQ(both({"-c2", "--overprovisioned", "-m500M"}), std::pair(half, half));
    auto all = both({"-c2", "--overprovisioned"});
    EXPECT_GT(all.first, 0u);
    EXPECT_GT(both({"-c2", "--overprovisioned", "--reserve-memory", "0"}).first, all.first);
    EXPECT_EQ(internal::shard_memory(), 0u); // no shard any more
}

// ---- on a simulated operating system

TEST(simulated, a_program_runs_without_real_time_and_the_same_each_time) {
    auto trace = [](uint64_t seed) {
        kernel::sim::options o;
        o.seed = seed;
        kernel::sim::world world(o);
        kernel::substitute_scope here(&world);
        unsigned reached = 0;
        EXPECT_EQ(run({"-c3", "--overprovisioned"}, [&] {
            return sleep(10h).then([&] {
                return smp::invoke_on_all([&] { return yield().then([&] { ++reached; }); });
            });
        }), 0);
        EXPECT_EQ(reached, 3u);
        return world.trace_hash();
    };
    auto began = std::chrono::steady_clock::now();
    auto first = trace(1);
    EXPECT_EQ(trace(1), first);
    EXPECT_NE(trace(2), first);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1h);
}

// ---- options

TEST(options, of_the_program_and_positional_ones_are_parsed) {
    app_template app;
    app.add_options()("flag", "a flag")("size,s", bpo::value<int>()->default_value(100), "a size")(
        "name", bpo::value<sstring>()->default_value("nobody"), "a name");
    app.add_positional_options({{"file", bpo::value<std::vector<sstring>>()->default_value({}), "files", -1}});
    auto main = [&app] {
        auto& c = app.configuration();
        EXPECT_EQ(c.count("flag"), 1u);
        EXPECT_EQ(c["size"].as<int>(), 3);
        EXPECT_EQ(c["name"].as<sstring>(), "two words");
        EXPECT_EQ(c["file"].as<std::vector<sstring>>(), (std::vector<sstring>{"a", "b c", "d"}));
        EXPECT_EQ(c["smp"].as<unsigned>(), 1u);
        return 9;
    };
    EXPECT_EQ(run(app, {"-c1", "--flag", "-s", "3", "--name", "two words", "--file", "a", "b c", "d"}, main), 9);
    EXPECT_EQ(run(app, {"-c1"}, [&app] { return app.configuration()["size"].as<int>(); }), 100);
}

TEST(options, may_be_made_by_the_program_and_handed_over) {
    app_template::seastar_options options;
    options.name = "tester";
    options.smp_opts.smp.set_value(2);
    options.smp_opts.thread_affinity.set_value(false);
    options.reactor_opts.overprovisioned.set_value();
    {
        app_template app(std::move(options));
        EXPECT_EQ(app.options().name, "tester");
        EXPECT_EQ(run(app, {}, [] { return static_cast<int>(smp::count); }), 2);
        EXPECT_EQ(run(app, {"-c1"}, [] { return static_cast<int>(smp::count); }), 1);
    }
}

TEST(options, may_be_maps) {
    using program_options::string_map;
    app_template app;
    app.add_options()("ages", bpo::value<string_map>()->default_value({{"tom", "1"}}), "by name");
    auto ages = [&app] { return app.configuration()["ages"].as<string_map>(); };
    string_map seen;
    EXPECT_EQ(run(app, {"-c1"}, [&] { seen = ages(); }), 0);
    EXPECT_EQ(seen, (string_map{{"tom", "1"}}));
    EXPECT_EQ(run(app, {"-c1", "--ages", "joe=15:sally=99:joe=16"}, [&] { seen = ages(); }), 0);
    EXPECT_EQ(seen, (string_map{{"joe", "16"}, {"sally", "99"}}));
    EXPECT_EQ(run(app, {"-c1", "--ages", "joe"}, [] { return 9; }), 2);
}

TEST(options, the_help_shows_the_programs_and_the_librarys) {
    auto o = in_child([] {
        app_template::config config;
        config.name = "tester";
        app_template app(config);
        app.add_options()("mine", "an option of mine");
        return run(app, {"-h"}, [] { return 5; });
    });
    EXPECT_EQ(o.status, 0);
    for (auto text : {"tester options", "--mine", "an option of mine", "-c [ --smp ]", "-m [ --memory ]",
                      "--reserve-memory", "--default-log-level"}) {
        EXPECT_NE(o.out.find(text), std::string::npos) << text;
    }
    o = in_child([] { return run({"--help-seastar"}, [] { return 5; }); });
    EXPECT_EQ(o.status, 0);
    EXPECT_NE(o.out.find("--smp"), std::string::npos);
    o = in_child([] { return run({"--help-loggers"}, [] { return 5; }); });
    EXPECT_EQ(o.status, 0);
    EXPECT_NE(o.out.find("seastar"), std::string::npos);
}

TEST(options, that_make_no_sense_are_named_and_nothing_runs) {
    struct bad {
        std::initializer_list<std::string> args;
        const char* named;
    };
    for (auto& b : {bad{{"--no-such-option"}, "no-such-option"}, bad{{"-c", "two"}, "smp"}, bad{{"-m", "12Q"}, "12Q"},
                    bad{{"--cpuset", "1-"}, "cpuset"}, bad{{"--reactor-backend", "magic"}, "magic"},
                    bad{{"--network-stack", "own"}, "own"}, bad{{"--logger-log-level", "seastar=loud"}, "loud"}}) {
        auto o = in_child([&] { return run(b.args, [] { return 5; }); });
        EXPECT_NE(o.status, 0) << b.named;
        EXPECT_NE(o.status, 5) << b.named;
        EXPECT_NE(o.err.find(b.named), std::string::npos) << o.err;
    }
}

TEST(options, can_be_set_by_the_program) {
    app_template app;
    app.options().smp_opts.smp.set_value(2);
    EXPECT_EQ(run(app, {"--overprovisioned"}, [] { return int(smp::count); }), 2);
}

TEST(options, that_nothing_is_behind_yet_are_accepted_with_a_line) {
    auto o = in_child([] {
        app_template app;
        arguments a{"-c1", "--hugepages", "/none", "--relaxed-dma", "--kernel-page-cache", "1"};
        return app.run(a.count(), a.pointers(), [] {});
    });
    EXPECT_EQ(o.status, 0);
    for (auto name : {"--hugepages", "--relaxed-dma", "--kernel-page-cache"}) {
        EXPECT_NE(o.err.find(name), std::string::npos) << o.err;
    }
    EXPECT_NE(o.err.find("Reactor backend: "), std::string::npos) << o.err;
}

TEST(options, polling_without_sleeping_is_no_stall) {
    auto o = in_child([] {
        app_template app;
        arguments a{"-c1", "--poll-mode", "--blocked-reactor-notify-ms", "10"};
        return app.run(a.count(), a.pointers(), [] { return sleep(100ms); });
    });
    EXPECT_EQ(o.status, 0);
    EXPECT_EQ(o.err.find("stalled"), std::string::npos) << o.err;
}

// ---- the end

TEST(at_exit, functions_run_in_reverse_order_one_after_the_other) {
    std::string order;
    EXPECT_EQ(run({"-c2"}, [&] {
        engine().at_exit([&] {
            order += "a";
            return make_ready_future<>();
        });
        engine().at_exit([&] { return sleep(2ms).then([&] { order += "b"; }); });
        engine().at_exit([&]() -> future<> { throw std::runtime_error("does not keep the others from running"); });
        engine().at_destroy([&] { order += "z"; });
        return smp::submit_to(1, [&] {
            engine().at_exit([&] {
                EXPECT_EQ(this_shard_id(), 1u);
                order += "c";
                return make_ready_future<>();
            });
        });
    }), 0);
    EXPECT_EQ(order, "bacz");
}

TEST(exit, stops_with_its_status_from_any_shard) {
    app_template app;
    arguments a{"-c2", "--default-log-level", "warn"};
    EXPECT_EQ(app.run_deprecated(a.count(), a.pointers(), [] {
        return smp::submit_to(1, [] { engine().exit(17); });
    }), 17);
}

TEST(exit, wait_for_stop_resolves_on_all_shards) {
    std::atomic<int> resolved{0};
    EXPECT_EQ(run({"-c2"}, [&] {
        EXPECT_FALSE(engine().stopping());
        return engine().wait_for_stop(1ms).then([&] {
            return smp::invoke_on_all([&] {
                engine().run_in_background(engine().wait_for_stop().then([&] {
                    EXPECT_TRUE(engine().stopping());
                    ++resolved;
                }));
            });
        });
    }), 0);
    EXPECT_EQ(resolved, 2);
}

TEST(exit, ends_sleeps_that_can_be_aborted) {
    std::atomic<int> aborted{0};
    for (int round = 1; round <= 2; ++round) { // the second program finds nothing of the first one's end
        EXPECT_EQ(run({"-c2"}, [&] {
            return smp::invoke_on_all([&] {
                engine().run_in_background(sleep_abortable(1h).handle_exception_type([&](const sleep_aborted&) {
                    ++aborted;
                }));
            });
        }), 0);
        EXPECT_EQ(aborted, 2 * round);
    }
}

TEST(exit, what_is_on_its_way_between_shards_arrives) {
    static std::atomic<int> home{0};
    home = 0;
    struct resident {
        unsigned shard = this_shard_id();
        ~resident() { home += shard == this_shard_id(); }
    };
    EXPECT_EQ(run({"-c2"}, [] {
        return smp::submit_to(1, [] { return make_foreign(std::make_unique<resident>()); }).then(
            [](foreign_ptr<std::unique_ptr<resident>>) {}); // sent home by the last thing that runs
    }), 0);
    EXPECT_EQ(home, 1);
}

TEST(exit, a_loop_that_never_ends_does_not_keep_the_program_from_ending) {
    auto o = in_child([] {
        return run({"-c2"}, [] {
            for (unsigned id : {0u, 1u}) {
                (void)smp::submit_to(id, [] { return keep_doing([] { return make_ready_future<>(); }); });
            }
            return sleep(5ms).then([] { return 6; });
        });
    });
    EXPECT_EQ(o.status, 6);
}

// ---- signals

namespace {

int until_stopped(bool deprecated) {
    app_template app;
    arguments a{"-c2", "--default-log-level", "info"};
    auto main = [] {
        engine().at_exit([] {
            std::puts("leaving");
            std::fflush(stdout);
            return sleep(1ms);
        });
        std::puts("started");
        std::fflush(stdout);
        return sleep(1ms);
    };
    return deprecated ? app.run_deprecated(a.count(), a.pointers(), main)
                      : app.run(a.count(), a.pointers(), [main] { return main().then([] { return sleep(1h); }); });
}

}

TEST(signals, stop_a_program_that_has_no_end) {
    for (int signo : {SIGINT, SIGTERM}) {
        auto stop = [signo](int pid, auto wait_for) {
            wait_for("started");
            ::kill(pid, signo);
        };
        auto o = in_child([] { return until_stopped(true); }, stop);
        EXPECT_EQ(o.status, 0) << o.err;
        EXPECT_EQ(o.out, "started\nleaving\n");
        o = in_child([] { return until_stopped(false); }, stop);
        EXPECT_EQ(o.status, 128 + signo) << o.err;
        EXPECT_EQ(o.out, "started\nleaving\n");
        EXPECT_NE(o.err.find("abandoned"), std::string::npos) << o.err;
    }
}

TEST(signals, a_second_one_ends_the_program_at_once) {
    auto o = in_child([] {
        return run({"-c1"}, [] {
            engine().at_exit([] {
                std::puts("stuck");
                std::fflush(stdout);
                return sleep(1h);
            });
            std::puts("started");
            std::fflush(stdout);
            return sleep(1h);
        });
    }, [](int pid, auto wait_for) {
        wait_for("started");
        ::kill(pid, SIGTERM);
        wait_for("stuck");
        ::kill(pid, SIGTERM);
    });
    EXPECT_EQ(o.status, 128 + SIGTERM);
}

TEST(signals, the_main_function_may_answer_being_stopped_with_a_status) {
    auto o = in_child([] {
        return run({"-c1"}, [] {
            std::puts("started");
            std::fflush(stdout);
            return engine().wait_for_stop().then([] { return 9; });
        });
    }, [](int pid, auto wait_for) {
        wait_for("started");
        ::kill(pid, SIGINT);
    });
    EXPECT_EQ(o.status, 9);
}

namespace {
bool is_handled(int signo) {
    struct sigaction action;
    ::sigaction(signo, nullptr, &action);
    return action.sa_handler != SIG_DFL;
}
}

TEST(signals, handlers_of_the_program_run_on_their_shard) {
    auto o = in_child([] {
        return run({"-c2"}, [] {
            auto done = std::make_shared<promise<>>();
            return smp::submit_to(1, [] {
                engine().handle_signal(SIGHUP, [] {
                    std::printf("hup on %u\n", this_shard_id());
                    std::fflush(stdout);
                });
            }).then([done] {
                engine().handle_signal(SIGUSR1, [done] { done->set_value(); });
                return do_until([] { return is_handled(SIGHUP) && is_handled(SIGUSR1); }, [] { return yield(); });
            }).then([done] {
                std::puts("started");
                std::fflush(stdout);
                return done->get_future();
            });
        });
    }, [](int pid, auto wait_for) {
        wait_for("started");
        ::kill(pid, SIGHUP);
        wait_for("hup on 1");
        ::kill(pid, SIGUSR1);
    });
    EXPECT_EQ(o.status, 0) << o.err;
    EXPECT_EQ(o.out, "started\nhup on 1\n");
}

TEST(signals, a_handler_for_one_time_gives_the_signal_back) {
    auto o = in_child([] {
        return run({"-c1"}, [] {
            handle_signal(SIGUSR2, [] {
                std::puts("once");
                std::fflush(stdout);
            }, true);
            return do_until([] { return is_handled(SIGUSR2); }, [] { return yield(); }).then([] {
                std::puts("started");
                std::fflush(stdout);
                return sleep(1h);
            });
        });
    }, [](int pid, auto wait_for) {
        wait_for("started");
        ::kill(pid, SIGUSR2);
        wait_for("once");
        ::kill(pid, SIGUSR2);
    });
    EXPECT_EQ(o.status, -SIGUSR2);
}

TEST(signals, that_reach_a_thread_which_does_not_block_them_stop_the_program_too) {
    auto o = in_child([] {
        // This thread has the default mask, and is the one that the kernel prefers; the shards are on another.
        int status = -1;
        std::thread program([&] { status = until_stopped(true); });
        program.join();
        return status;
    }, [](int pid, auto wait_for) {
        wait_for("started");
        ::kill(pid, SIGTERM);
    });
    EXPECT_EQ(o.status, 0) << o.err;
    EXPECT_EQ(o.out, "started\nleaving\n");
}

// ---- others

TEST(alien_threads, reach_the_shards_through_the_app) {
    app_template app;
    std::thread foreigner;
    int answer = 0;
    EXPECT_EQ(run(app, {"-c2"}, [&] {
        auto done = std::make_shared<promise<>>();
        foreigner = std::thread([&, done] {
            answer = alien::submit_to(app.alien(), 1, [] { return int(this_shard_id()) + 41; }).get();
            alien::run_on(app.alien(), 0, [done] { done->set_value(); });
        });
        return done->get_future();
    }), 0);
    foreigner.join();
    EXPECT_EQ(answer, 42);
}

TEST(reactor, knows_its_times_and_tasks) {
    EXPECT_EQ(run({"-c1"}, [] {
        return sleep(5ms).then([] {
            EXPECT_GE(engine().uptime(), 5ms);
            EXPECT_GT(engine().total_idle_time().count(), 0);
            EXPECT_LE(engine().total_idle_time(), engine().uptime());
            EXPECT_GT(engine().total_cpu_time().count(), 0);
            EXPECT_GT(engine().get_sched_stats().tasks_processed, 0u);
            EXPECT_EQ(engine().cpu_id(), 0u);
        });
    }), 0);
}

TEST(printing, exceptions_and_lists_of_strings_stream) {
    std::ostringstream os;
    os << std::make_exception_ptr(std::runtime_error("x")) << "|" << std::vector<sstring>{"a", "b"};
    EXPECT_EQ(os.str(), "std::runtime_error (x)|a b");
}

}
