/// What programs do all day, with each of its allocations failing once: what comes of it is std::bad_alloc, and nothing
/// is lost or left waiting.
#include "app/app_fixture.hh"
#include "io/file_fixture.hh"

#include <seastar/core/abort_source.hh>
#include <seastar/core/condition-variable.hh>
#include <seastar/core/fstream.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/iostream.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/map_reduce.hh>
#include <seastar/core/memory.hh>
#include <seastar/core/pipe.hh>
#include <seastar/core/queue.hh>
#include <seastar/core/rwlock.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/semaphore.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/shared_future.hh>
#include <seastar/core/shared_mutex.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/thread.hh>
#include <seastar/core/when_all.hh>
#include <seastar/core/with_timeout.hh>
#include <seastar/http/function_handlers.hh>
#include <seastar/http/httpd.hh>
#include <seastar/net/api.hh>
#include <seastar/util/alloc_failure_injector.hh>
#include <seastar/util/defer.hh>

namespace seastar::app {
namespace {

using namespace std::chrono_literals;

/// Calls func, in a thread on shard 0, as often as it has allocations that can fail.
void sweep(noncopyable_function<void()> func, const char* shards = "-c1") {
    EXPECT_EQ(run({shards, "--overprovisioned", "-m200M", "--logger-log-level", "seastar_memory=error"}, [&] {
        return async([&] {
            func(); // what is made once is made
            memory::with_allocation_failures(std::move(func));
        });
    }), 0);
}

TEST(allocation_failures, of_continuations) {
    sweep([] {
        promise<int> p;
        auto f = p.get_future().then([](int i) { return make_ready_future<int>(i + 1); }).then([](int i) {
            return std::vector<int>(10, i);
        });
        p.set_value(1);
        EXPECT_EQ(f.get().size(), 10u);
    });
}

TEST(allocation_failures, of_chains_that_wait) {
    sweep([] {
        auto f = yield().then([] { return sleep(1us); }).then([] { return std::string(100, 'x'); }).finally([] {
            return yield();
        });
        EXPECT_EQ(f.get().size(), 100u);
    });
}

TEST(allocation_failures, of_loops) {
    sweep([] {
        int sum = 0;
        std::vector<int> all{1, 2, 3};
        parallel_for_each(all, [&](int i) { return yield().then([&sum, i] { sum += i; }); }).get();
        max_concurrent_for_each(all, 2, [&](int i) { return yield().then([&sum, i] { sum += i; }); }).get();
        do_for_each(all, [&](int i) { return yield().then([&sum, i] { sum += i; }); }).get();
        EXPECT_EQ(sum, 18);
        auto total = map_reduce(all, [](int i) { return yield().then([i] { return i; }); }, 0, std::plus<int>()).get();
        EXPECT_EQ(total, 6);
        auto [a, b] = when_all(yield().then([] { return 1; }), yield()).get();
        EXPECT_EQ(a.get(), 1);
        b.get();
        std::vector<future<int>> futures;
        futures.reserve(3);
        for (int i : all) {
            futures.push_back(yield().then([i] { return i; }));
        }
        EXPECT_EQ(when_all_succeed(futures.begin(), futures.end()).get().size(), 3u);
    });
}

TEST(allocation_failures, of_locks) {
    sweep([] {
        semaphore units(1);
        auto held = get_units(units, 1).get();
        auto waits = get_units(units, 1);
        auto gives_up = get_units(units, 1, 1us);
        EXPECT_THROW(gives_up.get(), std::exception);
        held.return_all();
        waits.get();
        EXPECT_EQ(units.available_units(), 1);

        shared_mutex mutex;
        mutex.lock().get();
        auto reader = mutex.lock_shared();
        mutex.unlock();
        reader.get();
        mutex.unlock_shared();

        condition_variable changed;
        auto woken = changed.wait();
        changed.signal();
        woken.get();
    });
}

TEST(allocation_failures, of_a_gate_whose_callers_are_waited_for) {
    sweep([] {
        gate g;
        std::exception_ptr failure;
        try {
            for (int i = 0; i < 3; ++i) {
                (void)try_with_gate(g, [] { return yield(); }).handle_exception([](std::exception_ptr) {});
            }
        } catch (...) {
            failure = std::current_exception();
        }
        g.close().get();
        EXPECT_EQ(g.get_count(), 0u);
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
}

TEST(allocation_failures, of_queues_and_pipes) {
    sweep([] {
        queue<std::string> q(2);
        q.push_eventually(std::string(100, 'x')).get();
        EXPECT_EQ(q.pop_eventually().get().size(), 100u);
        std::string text(100, 'x');
        auto first = q.pop_eventually();
        auto pushed = q.push_eventually(std::move(text));
        if (pushed.failed()) {
            q.abort(pushed.get_exception());
            first.get();
        }
        EXPECT_EQ(first.get().size(), 100u);

        pipe<std::string> p(1);
        p.writer.write(std::string(100, 'y')).get();
        EXPECT_EQ(p.reader.read().get()->size(), 100u);
    });
}

TEST(allocation_failures, of_shared_futures_and_aborts) {
    sweep([] {
        shared_promise<int> p;
        auto a = p.get_shared_future();
        auto b = p.get_shared_future();
        p.set_value(5);
        EXPECT_EQ(a.get() + b.get(), 10);

        abort_source as;
        auto slept = sleep_abortable(1h, as);
        as.request_abort();
        EXPECT_THROW(slept.get(), std::exception);
    });
}

TEST(allocation_failures, of_threads) {
    sweep([] {
        EXPECT_EQ(async([] {
            yield().get();
            return std::string(100, 'x');
        }).get().size(), 100u);
    });
}

TEST(allocation_failures, of_messages_between_shards) {
    sweep([] {
        // On this shard only: the others' allocations have their own injector.
        auto size = smp::submit_to(1, [text = std::string(100, 'x')] { return text.size(); }).get();
        EXPECT_EQ(size, 100u);
        smp::invoke_on_all([] {}).get();
    }, "-c2");
}

TEST(allocation_failures, of_services) {
    struct service {
        std::string text = std::string(100, 'x');
        future<> stop() { return make_ready_future<>(); }
    };
    sweep([] {
        sharded<service> all;
        all.start().get();
        std::exception_ptr failure;
        try {
            EXPECT_EQ(all.map_reduce0([](service& s) { return s.text.size(); }, size_t(0), std::plus<size_t>()).get(),
                      200u);
        } catch (...) {
            failure = std::current_exception();
        }
        memory::local_failure_injector().cancel();
        all.stop().get();
        if (failure) {
            std::rethrow_exception(failure);
        }
    }, "-c2");
}

/// Sends back what comes first, on a connection that may not come.
future<> echo_once(server_socket& listener) {
    return listener.accept().then([](accept_result accepted) {
        return async([socket = std::move(accepted.connection)]() mutable {
            auto in = socket.input();
            auto out = socket.output();
            auto close = defer([&]() noexcept { out.close().handle_exception([](std::exception_ptr) {}).get(); });
            auto all = in.read_exactly(size_t(10'000)).get();
            out.write(std::move(all)).get();
            out.flush().get();
        });
    });
}

TEST(allocation_failures, of_sockets) {
    sweep([] {
        listen_options options;
        options.reuse_address = true;
        auto listener = listen(socket_address(ipv4_addr("127.0.0.1", 0)), options);
        auto served = echo_once(listener);
        try {
            auto socket = connect(listener.local_address()).get();
            auto in = socket.input();
            auto out = socket.output();
            auto close = defer([&]() noexcept { out.close().handle_exception([](std::exception_ptr) {}).get(); });
            out.write(std::string(10'000, 'x')).get();
            out.flush().get();
            auto answer = in.read_exactly(10'000).get();
            EXPECT_TRUE(answer.size() == 10'000 || memory::local_failure_injector().failed());
        } catch (const std::system_error&) {
            EXPECT_TRUE(memory::local_failure_injector().failed()); // what a peer sees whose connection is dropped
        } catch (const std::bad_alloc&) {
        }
        listener.abort_accept();
        served.handle_exception([](std::exception_ptr) {}).get();
    });
}

TEST(allocation_failures, of_files) {
    io::temporary_directory directory;
    sweep([name = directory.path("file")] {
        auto f = open_file_dma(name, open_flags::rw | open_flags::create).get();
        auto out = make_file_output_stream(f).get(); // closes the file, also if there is no stream
        std::exception_ptr failure;
        try {
            out.write(std::string(10'000, 'x')).get();
            out.flush().get();
        } catch (...) {
            failure = std::current_exception();
        }
        out.close().handle_exception([&](std::exception_ptr ex) { failure = ex; }).get();
        if (failure) {
            std::rethrow_exception(failure);
        }
        auto again = open_file_dma(name, open_flags::ro).get();
        auto in = make_file_input_stream(again);
        auto close_input = defer([&]() noexcept { in.close().handle_exception([](std::exception_ptr) {}).get(); });
        EXPECT_EQ(in.read_exactly(20'000).get().size(), 10'000u);
    });
}

/// One request on a connection of its own; what came, at most `size` bytes.
std::string ask(socket_address address, std::string_view request, size_t size) {
    auto socket = connect(address).get();
    auto in = socket.input();
    auto out = socket.output();
    auto close = defer([&]() noexcept { out.close().handle_exception([](std::exception_ptr) {}).get(); });
    out.write(request.data(), request.size()).get();
    out.flush().get();
    auto reply = with_timeout(lowres_clock::now() + 10s, in.read_exactly(size)).get();
    return {reply.get(), reply.size()};
}

TEST(allocation_failures, of_http_requests) {
    EXPECT_EQ(run({"-c1", "-m200M", "--logger-log-level", "seastar_memory=error"}, [] {
        return async([] {
            httpd::http_server server("test");
            server._routes.put(httpd::POST, "/echo", new httpd::function_handler([](httpd::const_req request) {
                return request.content;
            }, "txt"));
            server.listen(socket_address(ipv4_addr("127.0.0.1", 0))).get();
            auto address = server.addresses().front();
            auto with_body = "POST /echo?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\nConnection: close\r\n\r\n" +
                             std::string(300, 'x');
            auto whole = ask(address, with_body, 10'000);
            EXPECT_TRUE(whole.starts_with("HTTP/1.1 200 OK")) << whole;
            auto& injector = memory::local_failure_injector();
            unsigned failures = 0;
            for (uint64_t count = 0;; ++count) {
                injector.fail_after(count);
                try {
                    ask(address, with_body, 10'000);
                } catch (const std::bad_alloc&) {   // the client's
                } catch (const std::system_error&) { // its connection was dropped
                } catch (const timed_out_error&) {
                    ADD_FAILURE() << "nothing came, when allocation " << count << " failed";
                }
                injector.cancel();
                if (!injector.failed()) {
                    break;
                }
                ++failures;
                ASSERT_EQ(ask(address, with_body, 10'000).size(), whole.size()) << "allocation " << count;
            }
            EXPECT_TRUE(failures > 10 || !memory::shard_heaps) << failures;
            server.stop().get();
        });
    }), 0);
}

}
}
