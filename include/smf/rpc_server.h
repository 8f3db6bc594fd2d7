/// The server: one object per shard, in a seastar::sharded<smf::rpc_server>.
///
///     seastar::sharded<smf::rpc_server> rpc;
///     rpc.start(args)
///     rpc.invoke_on_all(&smf::rpc_server::register_service<my_service>)
///     rpc.invoke_on_all(&smf::rpc_server::start)
///     ... rpc.stop()
#pragma once

#include <smf/log.h>
#include <smf/rpc_connection_limits.h>
#include <smf/rpc_error.h>
#include <smf/rpc_filter.h>
#include <smf/rpc_handle_router.h>
#include <smf/rpc_recv_typed_context.h>
#include <smf/rpc_server_args.h>

#include <seastar/core/future.hh>

#include <memory>

namespace smf {

class histogram;
namespace internal {
class server_core;
}

/// What a peer can do to a server, and what it gets for it, is in docs and in rpc_server_args: error replies carry the
/// session of their request and an empty table. Services, filters and connections all live on their shard.
class rpc_server {
public:
    explicit rpc_server(rpc_server_args args);
    rpc_server(const rpc_server&) = delete;
    ~rpc_server();

    /// Listens, and serves /metrics unless the flags say otherwise. Throws if it cannot.
    void start();
    /// Takes no more connections and requests, answers what runs, closes. May be called again, and before start().
    seastar::future<> stop();

    /// Requires: before start(). T derives from rpc_service; a number that is taken throws std::invalid_argument.
    template <typename T, typename... Args>
    void register_service(Args&&... args) {
        router().register_service(std::make_unique<T>(std::forward<Args>(args)...));
    }
    /// Requires: before start(). Every request passes F(args...), in the order of registration.
    template <typename F, typename... Args>
        requires(!requires { typename F::inverse; })
    void register_incoming_filter(Args&&... args) {
        incoming_filters().emplace_back(F(std::forward<Args>(args)...));
    }
    /// A compression filter stands for the one that undoes it; its size is of no use here. Not a template of arguments,
    /// so that invoke_on_all(&rpc_server::register_incoming_filter<zstd_compression_filter>, 1000) has one type.
    template <typename F>
        requires requires { typename F::inverse; }
    void register_incoming_filter(uint32_t /*min_size*/) {
        incoming_filters().emplace_back(typename F::inverse());
    }
    /// The same for every reply of a handler.
    template <typename F, typename... Args>
    void register_outgoing_filter(Args&&... args) {
        outgoing_filters().emplace_back(F(std::forward<Args>(args)...));
    }

    /// Of this shard's requests: microseconds from the complete request to the reply's hand-over to the connection.
    seastar::future<std::unique_ptr<histogram>> copy_histogram() const;
    /// Where it listens: rpc_port, or what the system chose for port 0. Requires: started.
    uint16_t port() const noexcept;

private:
    friend std::ostream& operator<<(std::ostream&, const rpc_server&);
    rpc_handle_router& router() noexcept;
    rpc_incoming_filters& incoming_filters() noexcept;
    rpc_outgoing_filters& outgoing_filters() noexcept;
    std::unique_ptr<internal::server_core> _core;
};
std::ostream& operator<<(std::ostream&, const rpc_server&);

}
