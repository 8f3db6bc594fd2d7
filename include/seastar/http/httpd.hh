/// An HTTP/1.1 server for one shard, and http_server_control for one on every shard.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/metrics_registration.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sharded.hh>
#include <seastar/http/routes.hh>

#include <chrono>
#include <vector>

namespace seastar::httpd {

/// What a server takes from a stranger. Filled in by assignment.
struct http_limits {
    size_t header_bytes = 16 * 1024;
    size_t header_count = 100;
    size_t connections = 1000; ///< of a shard; more are accepted and closed at once
    std::chrono::milliseconds header_timeout{5000}; ///< from a request's first byte, and for a body the same per 64 KiB
    std::chrono::milliseconds idle_timeout{60'000}; ///< between requests, and for a reader of 64 KiB of a reply
    http_limits() noexcept {}
};

/// Lives on one shard. stop() before it is destroyed, if it listens.
class http_server {
    class connection;
    friend class http_server_tester;

public:
    routes _routes;

    explicit http_server(const sstring& name);
    ~http_server();
    http_server(const http_server&) = delete;

    /// Accepts in the background. Fails with std::system_error.
    future<> listen(socket_address addr, listen_options lo);
    future<> listen(socket_address addr);
    /// Accepts from the listener of that number in the background, for those who bring their own (http_server_tester).
    future<> do_accepts(int which);
    /// Accepts no more, breaks the connections off, waits for the handlers.
    future<> stop();

    http_limits& limits() noexcept { return _limits; }
    size_t get_content_length_limit() const { return _content_length_limit; }
    void set_content_length_limit(size_t limit) { _content_length_limit = limit; }

    /// Whether handlers read the body themselves, from request::content_stream, instead of finding it in
    /// request::content. For connections to come.
    bool get_content_streaming() const { return _content_streaming; }
    void set_content_streaming(bool on) { _content_streaming = on; }
    /// The header "Server" of replies; empty: none.
    const sstring& get_server_header() const { return _server_header; }
    void set_server_header(const sstring& value) { _server_header = value; }
    bool get_generate_date_header() const { return _generate_date_header; }
    void set_generate_date_header(bool on) { _generate_date_header = on; }
    /// Now, as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT".
    static sstring http_date();

    uint64_t total_connections() const { return _total_connections; }
    uint64_t current_connections() const { return _current_connections; }
    uint64_t requests_served() const { return _requests_served; }
    uint64_t read_errors() const { return _read_errors; }
    uint64_t reply_errors() const { return _reply_errors; }
    /// Of the listeners, with the ports that the kernel chose.
    std::vector<socket_address> addresses() const;

private:
    void accept_next(size_t listener);
    void serve(accept_result accepted) noexcept;
    void connection_gone() noexcept;
    void ended() noexcept;

    std::vector<server_socket> _listeners;
    http_limits _limits;
    size_t _content_length_limit = 1024 * 1024;
    bool _content_streaming = false;
    bool _generate_date_header = true;
    sstring _server_header = "Seastar httpd";
    connection* _connections = nullptr;
    size_t _running = 0; ///< accept loops and connections
    bool _stopping = false;
    promise<> _stopped;
    uint64_t _total_connections = 0;
    uint64_t _current_connections = 0;
    uint64_t _requests_served = 0;
    uint64_t _read_errors = 0;
    uint64_t _reply_errors = 0;
    metrics::metric_groups _metrics;
};

/// For tests that serve connections which are no sockets.
class http_server_tester {
public:
    static std::vector<server_socket>& listeners(http_server& server) { return server._listeners; }
};

/// A server on every shard.
class http_server_control {
    std::unique_ptr<sharded<http_server>> _server_dist = std::make_unique<sharded<http_server>>();

public:
    future<> start(const sstring& name = generate_server_name()) { return _server_dist->start(name); }
    future<> stop() { return _server_dist->stop(); }
    /// `fun` fills in the routes, on every shard.
    future<> set_routes(std::function<void(routes& r)> fun) {
        return _server_dist->invoke_on_all([fun](http_server& server) { fun(server._routes); });
    }
    future<> listen(socket_address addr) {
        return _server_dist->invoke_on_all([addr](http_server& server) { return server.listen(addr); });
    }
    future<> listen(socket_address addr, listen_options lo) {
        return _server_dist->invoke_on_all([addr, lo](http_server& server) { return server.listen(addr, lo); });
    }
    sharded<http_server>& server() { return *_server_dist; }
    /// A name that no other server of the process has, if all are named on this shard.
    static sstring generate_server_name();
};

}
