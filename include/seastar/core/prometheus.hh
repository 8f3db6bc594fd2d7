/// Prometheus: the metrics of all shards as text, at GET /metrics of an HTTP server (exposition format 0.0.4).
#pragma once

#include <seastar/core/metrics.hh>
#include <seastar/http/httpd.hh>

#include <optional>

namespace seastar::prometheus {

struct config {
    sstring metric_help;                                    ///< for metrics without a description
    sstring hostname;                                       ///< unused: Prometheus knows whom it asks
    std::optional<metrics::label_instance> label;           ///< added to every metric
    sstring prefix = "seastar";                             ///< before every name, with '_'
    bool allow_protobuf = false;                            ///< unused: everybody is answered in text
};

/// Adds the route /metrics on every shard; `?name=foo` or `?name=foo*` selects.
future<> start(httpd::http_server_control& http_server, config ctx);
future<> start(sharded<httpd::http_server>& http_server, config ctx);
future<> add_prometheus_routes(sharded<httpd::http_server>& server, config ctx);
/// For one server, on its shard.
future<> add_prometheus_routes(httpd::http_server& server, config ctx);

}
