/// A client that goes on trying to connect.
#pragma once

#include <smf/rpc_client.h>

#include <seastar/core/shared_ptr.hh>

#include <chrono>
#include <iosfwd>
#include <type_traits>

namespace smf {

/// How long to wait before the next attempt: longer after each failure.
class reconnect_backoff {
    uint8_t _step = 0;

public:
    /// 0 at first; 1, 3, 5, 10, 20, 30, 60, 300, 600, 1800 s.
    std::chrono::seconds value() const noexcept;
    /// The next step; the last one is kept.
    void next() noexcept;
    void reset() noexcept { _step = 0; }
};
/// smf::reconnect_backoff{ 3secs }
std::ostream& operator<<(std::ostream&, const reconnect_backoff&);

namespace internal {

/// The part that does not depend on the client's type; kept alive by its own background attempts.
class reconnector;
class reconnector_handle {
    seastar::lw_shared_ptr<reconnector> _core;

public:
    explicit reconnector_handle(seastar::shared_ptr<rpc_client> client);
    reconnector_handle(reconnector_handle&&) noexcept;
    ~reconnector_handle();
    seastar::future<> connect();
    seastar::future<> stop();
    const reconnect_backoff& backoff() const noexcept;
};

}

/// Owns a generated client. Lives on one shard. Requires: stop() has resolved before it is destroyed.
///
///     smf::reconnect_client<kvstore::fbs::MemoryNodeClient> client(opts);
///     return client.connect().then([&] { return client.get()->Put(std::move(request)); });
template <typename ClientService>
class reconnect_client {
    static_assert(std::is_base_of_v<rpc_client, ClientService>);
    seastar::shared_ptr<ClientService> _client;
    internal::reconnector_handle _reconnector;

    explicit reconnect_client(seastar::shared_ptr<ClientService> c) : _client(std::move(c)), _reconnector(_client) {}

public:
    explicit reconnect_client(seastar::ipv4_addr server)
        : reconnect_client(seastar::make_shared<ClientService>(server)) {}
    explicit reconnect_client(rpc_client_opts opts)
        : reconnect_client(seastar::make_shared<ClientService>(std::move(opts))) {}
    reconnect_client(reconnect_client&&) noexcept = default;

    /// One attempt, if there is no connection; when it fails, further ones follow in the background, with pauses, until
    /// one succeeds. Resolves after the first attempt, and does not fail because of it: calls do. To be called again
    /// when a connection was lost. Fails with remote_connection_error after stop().
    seastar::future<> connect() { return _reconnector.connect(); }
    /// Ends the attempts at once, fails the outstanding calls, closes. May be called at any time and again.
    seastar::future<> stop() { return _reconnector.stop(); }
    /// Connected or not; never null.
    seastar::shared_ptr<ClientService> get() const noexcept { return _client; }
    const reconnect_backoff& backoff() const noexcept { return _reconnector.backoff(); }
};

}
