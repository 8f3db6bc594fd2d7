#include "kvstore_run.hh"

#include "../../examples/kvstore/service.hh"
#include "history.hh"

#include "kernel/sim/world.hh"

#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/metrics_api.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sleep.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/thread.hh>
#include <smf/rpc_client.h>
#include <smf/rpc_server.h>

#include <iterator>
#include <random>
#include <string_view>
#include <tuple>

namespace sim_test {

namespace {

using namespace std::chrono_literals;
namespace kernel = seastar::kernel;

// Simulated time in which a call on a connection that lives must be answered: some trips over the network, each at most
// 2 ms, and turns of a loop. What takes longer was forgotten somewhere.
constexpr auto patience = 1s;

/// Everything that the clients share; one thread runs at a time, so they may.
struct run_state {
    const run_options& options;
    history seen;
    run_result result;
    seastar::socket_address server;
    uint64_t last_value = 0;

    void wrong(std::string what) { result.wrong.push_back(std::move(what)); }
};

class client {
    run_state& _run;
    std::mt19937_64 _dice;
    std::optional<kvstore::StoreClient> _connection;
    unsigned _left;

    std::string any_key() { return std::string(1, static_cast<char>('a' + _dice() % 4)); }

    seastar::future<> put(std::string key) {
        auto value = std::to_string(++_run.last_value);
        smf::rpc_typed_envelope<kvstore::PutRequest> request;
        request.data->key = key;
        request.data->value = value;
        auto number = _run.seen.begin(key, operation::kind::put, value);
        auto reply = co_await _connection->Put(std::move(request));
        check(reply.ctx->status() == 200, "put", key);
        _run.seen.end(key, number, {}, true);
    }

    seastar::future<> get(std::string key) {
        smf::rpc_typed_envelope<kvstore::GetRequest> request;
        request.data->key = key;
        auto number = _run.seen.begin(key, operation::kind::get);
        auto reply = co_await _connection->Get(std::move(request));
        bool found = reply.ctx->status() == 200;
        check(found || reply.ctx->status() == 404, "get", key);
        std::optional<std::string> value;
        if (found) {
            value.emplace(reply->value()->c_str(), reply->value()->size());
        }
        _run.seen.end(key, number, std::move(value), found);
    }

    seastar::future<> erase(std::string key) {
        smf::rpc_typed_envelope<kvstore::DeleteRequest> request;
        request.data->key = key;
        auto number = _run.seen.begin(key, operation::kind::erase);
        auto reply = co_await _connection->Delete(std::move(request));
        bool found = reply.ctx->status() == 200;
        check(found || reply.ctx->status() == 404, "erase", key);
        _run.seen.end(key, number, {}, found);
    }

    void check(bool good, const char* what, const std::string& key) {
        if (!good) {
            _run.wrong(std::string(what) + " of " + key + " got a status that it cannot have");
        }
    }

    seastar::future<> call() {
        auto key = any_key();
        auto draw = _dice() % 10;
        return draw < 4 ? put(std::move(key)) : draw < 9 ? get(std::move(key)) : erase(std::move(key));
    }

    /// Calls until there are none left or the connection is gone.
    seastar::future<> caller() {
        while (_left > 0) {
            --_left;
            auto began = seastar::lowres_clock::now();
            try {
                co_await call();
            } catch (const smf::remote_connection_error&) {
                ++_run.result.lost;
                co_return;
            } catch (const std::exception& e) {
                _run.wrong(std::string("a call failed: ") + e.what());
                co_return;
            }
            if (seastar::lowres_clock::now() - began > patience) {
                _run.wrong("a call took more than a second");
            }
        }
    }

public:
    client(run_state& run, unsigned number, uint64_t seed)
        : _run(run), _dice(seed * 1000 + number), _left(run.options.calls) {}

    seastar::future<> run() {
        for (unsigned connections = 0; _left > 0 && connections < 100; ++connections) {
            smf::rpc_client_opts opts{};
            opts.server_addr = seastar::ipv4_addr(_run.server);
            opts.recv_timeout = 10s;
            _connection.emplace(std::move(opts));
            bool connected = true;
            try {
                co_await _connection->connect();
            } catch (const std::exception&) {
                connected = false; // reset meanwhile
            }
            if (connected) {
                std::vector<seastar::future<>> callers;
                for (unsigned i = 0; i < _run.options.in_flight; ++i) {
                    callers.push_back(caller());
                }
                for (auto& c : callers) {
                    co_await std::move(c);
                }
            }
            co_await _connection->stop();
            _connection.reset();
        }
        if (_left > 0) {
            _run.wrong("a client could not connect any more");
        }
    }
};

/// Of this shard's server: a gauge of its metrics.
double gauge(std::string_view name) {
    for (auto& [full_name, family] : seastar::metrics::impl::get_value_map()) {
        if (std::string_view(full_name).ends_with(name)) {
            return (*family.instances.begin()->second)().d();
        }
    }
    return -1;
}

/// When the clients are gone, the servers must hold nothing of theirs any more. In a seastar::thread.
void check_that_nothing_is_kept(run_state& run) {
    for (unsigned shard = 0; shard < seastar::smp::count; ++shard) {
        double connections = 1, memory = 1;
        for (int tries = 0; tries < 100 && (connections != 0 || memory != 0); ++tries) {
            seastar::sleep(100ms).get(); // of simulated time
            std::tie(connections, memory) = seastar::smp::submit_to(shard, [] {
                return std::pair(gauge("_active_connections"), gauge("_memory_used"));
            }).get();
        }
        if (connections != 0) {
            run.wrong("shard " + std::to_string(shard) + " keeps connections whose clients are gone");
        } else if (memory != 0) {
            run.wrong("shard " + std::to_string(shard) + " keeps memory of requests that are over");
        }
    }
}

/// Runs in a seastar::thread on shard 0.
void serve_and_call(run_state& run) {
    seastar::sharded<kvstore::store> stores;
    seastar::sharded<smf::rpc_server> rpc;
    smf::rpc_server_args args;
    args.ip = "127.0.0.1";
    args.rpc_port = 20776;
    args.flags = smf::rpc_server_flags_disable_http_server;
    run.server = seastar::ipv4_addr("127.0.0.1", args.rpc_port);
    stores.start().get();
    rpc.start(args).get();
    rpc.invoke_on_all([&](smf::rpc_server& server) { server.register_service<kvstore::service>(stores); }).get();
    rpc.invoke_on_all(&smf::rpc_server::start).get();

    std::vector<seastar::future<>> clients;
    for (unsigned i = 0; i < run.options.clients; ++i) {
        clients.push_back(seastar::smp::submit_to(i % seastar::smp::count, [&run, i] {
            auto c = std::make_unique<client>(run, i, run.options.seed);
            auto& running = *c;
            return running.run().finally([c = std::move(c)] {});
        }));
    }
    for (auto& c : clients) {
        try {
            c.get();
        } catch (const std::exception& e) {
            run.wrong(std::string("a client failed: ") + e.what());
        }
    }
    check_that_nothing_is_kept(run);
    rpc.stop().get();
    stores.stop().get();
}

}

run_result run_kvstore(const run_options& options) {
    kernel::sim::options o;
    o.seed = options.seed;
    o.log = options.log;
    // Every third seed has no resets: then no call may be lost either.
    o.resets = options.seed % 3 == 0 ? 0 : 300;
    kernel::sim::world world(o);
    run_state run{options, {}, {}, {}, 0};
    {
        kernel::substitute_scope here(&world);
        std::string words[] = {"kvstore_sim", "-c" + std::to_string(options.shards), "--overprovisioned", "-m512M",
                               "--default-log-level=warn"};
        std::vector<char*> argv;
        for (auto& word : words) {
            argv.push_back(word.data());
        }
        argv.push_back(nullptr);
        seastar::app_template app;
        int status = app.run(static_cast<int>(std::size(words)), argv.data(), [&run]() -> seastar::future<int> {
            return seastar::async([&run] {
                serve_and_call(run);
                return 0;
            });
        });
        if (status != 0) {
            run.wrong("the program ended with status " + std::to_string(status));
        }
    }
    for (auto& key : run.seen.not_linearizable()) {
        run.wrong("key " + key + " is not linearizable:\n" + run.seen.describe(key));
    }
    if (o.resets == 0 && run.result.lost > 0) {
        run.wrong(std::to_string(run.result.lost) + " calls were lost, and no connection was reset");
    }
    run.result.answered = run.seen.answered();
    run.result.trace = world.trace_hash();
    run.result.events = world.events();
    return run.result;
}

}
