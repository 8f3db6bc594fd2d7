/// Load on a server from one shard: a number of connections, each with one call at a time.
///
///     smf::load_generator_args args;
///     args.port = 20776;
///     args.concurrency = 10;
///     smf::load_generator<MemoryNodeClient> load(args);
///     co_await load.connect();
///     auto took = co_await load.benchmark(make_request, [](MemoryNodeClient* c, smf::rpc_envelope&& e) {
///         return c->Get(std::move(e)).discard_result();
///     });
#pragma once

#include <smf/histogram.h>
#include <smf/rpc_client.h>

#include <seastar/core/loop.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/util/assert.hh>

#include <algorithm>
#include <iosfwd>
#include <memory>
#include <type_traits>
#include <vector>

namespace boost::program_options {
class variables_map;
}

namespace smf {

/// Of one shard's generator.
struct load_generator_args {
    load_generator_args() {}
    /// Compat: `cfg` is referred to, not copied.
    load_generator_args(const char* ip, uint16_t port, size_t num_of_req, size_t concurrency, uint64_t memory_per_core,
                        rpc::compression_flags compression, const boost::program_options::variables_map& cfg)
        : ip(ip), port(port), num_of_req(num_of_req), concurrency(concurrency), memory_per_core(memory_per_core),
          compression(compression), cfg(&cfg) {}

    seastar::sstring ip = "127.0.0.1"; ///< numeric
    uint16_t port = 11225;
    size_t num_of_req = 1000;          ///< of all connections; each makes its part, and one at least
    size_t concurrency = 1;            ///< connections
    /// Bytes of outstanding requests, for all connections. More than one connection needs 16 MiB.
    uint64_t memory_per_core = uint64_t(1) << 30;
    /// zstd and lz4: requests of more than 1024 bytes leave compressed, and such replies are understood.
    rpc::compression_flags compression = rpc::compression_flags::compression_flags_none;
    rpc_credentials_ptr credentials;
    /// What the generator of requests is called with, if it takes it.
    const boost::program_options::variables_map* cfg = nullptr;
};
std::ostream& operator<<(std::ostream&, const load_generator_args&);

/// What a benchmark did, and how long it took.
struct load_generator_duration {
    load_generator_duration() {}

    uint64_t num_of_req = 0;  ///< of all connections
    uint64_t total_bytes = 0; ///< of their requests before compression, headers included
    seastar::lowres_clock::time_point begin;
    seastar::lowres_clock::time_point end;

    uint64_t duration_in_millis() const noexcept;
    uint64_t qps() const noexcept; ///< per second; 0 before the end
};
/// generator_duration={ test_duration= 12ms, qps=83333, total_bytes=106.445 KB(109000) }
std::ostream& operator<<(std::ostream&, const load_generator_duration&);

namespace internal {
/// Throws std::invalid_argument for what load_generator_args excludes.
rpc_client_opts load_client_opts(const load_generator_args&);
void prepare_load_client(rpc_client&, rpc::compression_flags);
}

/// Lives on one shard. Requires: stop() has resolved before it is destroyed, if connect() was called.
template <typename ClientService>
class load_generator {
    static_assert(std::is_base_of_v<rpc_client, ClientService>);
    std::vector<std::unique_ptr<ClientService>> _clients;

    template <typename Generate>
    rpc_envelope next(Generate& generate) {
        if constexpr (std::is_invocable_v<Generate&>) {
            return generate();
        } else {
            SEASTAR_ASSERT(args.cfg);
            return generate(*args.cfg);
        }
    }

public:
    explicit load_generator(load_generator_args a) : args(std::move(a)) {
        auto opts = internal::load_client_opts(args);
        for (size_t i = 0; i < args.concurrency; ++i) {
            _clients.push_back(std::make_unique<ClientService>(opts));
            internal::prepare_load_client(*_clients.back(), args.compression);
        }
    }
    load_generator(const load_generator&) = delete;

    /// All connections; fails if one does.
    seastar::future<> connect() {
        return seastar::parallel_for_each(_clients, [](auto& c) { return c->connect(); });
    }
    seastar::future<> stop() {
        return seastar::parallel_for_each(_clients, [](auto& c) { return c->stop(); });
    }

    /// generate() or generate(cfg) makes a rpc_envelope with its body; call(ClientService*, rpc_envelope&&) returns a
    /// future. Fails as the first call that does, once every connection has ended. Requires: connected; one at a time.
    template <typename Generate, typename Call>
    seastar::future<load_generator_duration> benchmark(Generate generate, Call call) {
        struct run {
            Generate generate;
            Call call;
            load_generator_duration took;
        };
        auto r = seastar::make_lw_shared<run>(run{std::move(generate), std::move(call), {}});
        r->took.begin = seastar::lowres_clock::now();
        auto each = std::max<size_t>(1, args.num_of_req / args.concurrency);
        return seastar::parallel_for_each(_clients, [this, r, each](auto& client) {
            return seastar::repeat([this, r, c = client.get(), left = each]() mutable {
                auto e = next(r->generate);
                ++r->took.num_of_req;
                r->took.total_bytes += e.size();
                return r->call(c, std::move(e)).then([done = --left == 0] { return seastar::stop_iteration(done); });
            });
        }).then([r] {
            r->took.end = seastar::lowres_clock::now();
            return r->took;
        });
    }

    /// Of all connections' calls; microseconds.
    std::unique_ptr<histogram> copy_histogram() const {
        auto sum = histogram::make_unique();
        for (auto& c : _clients) {
            *sum += *c->get_histogram();
        }
        return sum;
    }

    const load_generator_args args;
};

}
