// Load for kvstore_server: kvstore_load --ip 127.0.0.1 --port 20776 [--seconds 10] [--connections 16] [--inflight 16]
// Every connection keeps --inflight calls outstanding: one Put for four Gets, of 10,000 keys. Prints a line each second
// and a summary at the end.
#include "kvstore.smf.fb.h"

#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/sleep.hh>
#include <smf/histogram.h>
#include <smf/rpc_client.h>

#include <fmt/format.h>

#include <iostream>
#include <random>

#include <unistd.h>

namespace po = boost::program_options;
using std::chrono::steady_clock;

namespace {

constexpr unsigned key_count = 10'000;

struct load {
    seastar::ipv4_addr server;
    unsigned connections = 16;
    unsigned inflight = 16;
    steady_clock::time_point end;

    uint64_t calls = 0;
    uint64_t failures = 0;
    seastar::lw_shared_ptr<smf::histogram> latencies = smf::histogram::make_lw_shared();
    load() = default;
};

seastar::sstring key_of(unsigned n) { return fmt::format("key.{}", n); }

// One outstanding call at a time, again and again.
seastar::future<> caller(load& l, kvstore::StoreClient& client, unsigned seed) {
    std::minstd_rand random(seed);
    while (steady_clock::now() < l.end) {
        auto key = key_of(random() % key_count);
        auto began = steady_clock::now();
        bool ok = false;
        try {
            if (random() % 5 == 0) {
                smf::rpc_typed_envelope<kvstore::PutRequest> put;
                put.data->key = std::move(key);
                put.data->value = fmt::format("value {} of a caller", random());
                auto reply = co_await client.Put(std::move(put));
                ok = reply.ctx->status() == 200;
            } else {
                smf::rpc_typed_envelope<kvstore::GetRequest> get;
                get.data->key = std::move(key);
                auto reply = co_await client.Get(std::move(get));
                ok = reply.ctx->status() == 200 || reply.ctx->status() == 404;
            }
        } catch (const std::exception& e) {
            if (l.failures == 0) {
                std::cerr << "\ncall failed: " << e.what() << "\n";
            }
        }
        if (!ok) {
            ++l.failures;
            if (!client.is_conn_valid()) {
                co_return;
            }
        }
        ++l.calls;
        l.latencies->record(std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began).count());
    }
}

seastar::future<> connection(load& l, unsigned number) {
    kvstore::StoreClient client(l.server);
    co_await client.connect();
    std::vector<seastar::future<>> callers;
    for (unsigned i = 0; i < l.inflight; ++i) {
        callers.push_back(caller(l, client, number * l.inflight + i + 1));
    }
    for (auto& c : callers) {
        co_await std::move(c);
    }
    co_await client.stop();
}

seastar::future<> progress(load& l) {
    // On a terminal one line, over and over.
    const char* new_line = ::isatty(STDOUT_FILENO) ? "\r" : "\n";
    uint64_t before = 0;
    auto began = steady_clock::now();
    while (steady_clock::now() + std::chrono::milliseconds(500) < l.end) {
        co_await seastar::sleep(std::chrono::seconds(1));
        auto now = steady_clock::now();
        fmt::print("{}{:>4.0f} s  {:>9} requests/s  p50 {:>5} us  p99 {:>6} us  {} failed ", new_line,
                   std::chrono::duration<double>(now - began).count(), l.calls - before, l.latencies->value_at(50),
                   l.latencies->value_at(99), l.failures);
        std::cout << std::flush;
        before = l.calls;
    }
}

seastar::future<int> run(load& l, unsigned seconds) {
    auto began = steady_clock::now();
    l.end = began + std::chrono::seconds(seconds);
    auto shown = progress(l);
    std::vector<seastar::future<>> connections;
    for (unsigned i = 0; i < l.connections; ++i) {
        connections.push_back(connection(l, i));
    }
    std::string error;
    for (auto& c : connections) {
        try {
            co_await std::move(c);
        } catch (const std::exception& e) {
            error = e.what();
            l.end = steady_clock::now();
        }
    }
    auto elapsed = std::chrono::duration<double>(steady_clock::now() - began).count();
    co_await std::move(shown);
    if (!error.empty()) {
        fmt::print(stderr, "\nthe load ended early: {}\n", error);
        co_return 1;
    }
    auto& h = *l.latencies;
    fmt::print("\n\n{} requests in {:.1f} s over {} connections, {} outstanding on each; {} failed\n", l.calls, elapsed,
               l.connections, l.inflight, l.failures);
    fmt::print("latency  p50 {} us   p90 {} us   p99 {} us   p99.9 {} us   max {} us\n", h.value_at(50), h.value_at(90),
               h.value_at(99), h.value_at(99.9), h.value_at(100));
    fmt::print("{:.0f} requests per second\n", static_cast<double>(l.calls) / elapsed);
    co_return l.failures || l.calls == 0 ? 1 : 0;
}

}

int main(int argc, char** argv) {
    seastar::app_template::config config;
    config.name = "kvstore_load";
    seastar::app_template app(std::move(config));
    app.add_options()
        ("ip", po::value<std::string>()->default_value("127.0.0.1"), "the server's address")
        ("port", po::value<uint16_t>()->default_value(20776), "the server's port")
        ("seconds", po::value<unsigned>()->default_value(10), "how long")
        ("connections", po::value<unsigned>()->default_value(16), "connections")
        ("inflight", po::value<unsigned>()->default_value(16), "outstanding calls on each");
    load l;
    return app.run(argc, argv, [&app, &l] {
        auto& config = app.configuration();
        l.server = seastar::ipv4_addr(config["ip"].as<std::string>(), config["port"].as<uint16_t>());
        l.connections = config["connections"].as<unsigned>();
        l.inflight = config["inflight"].as<unsigned>();
        return run(l, config["seconds"].as<unsigned>());
    });
}
