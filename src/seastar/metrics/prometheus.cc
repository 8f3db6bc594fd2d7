#include <seastar/core/prometheus.hh>

#include <seastar/core/metrics_api.hh>
#include <seastar/core/smp.hh>
#include <seastar/http/function_handlers.hh>

#include "metrics/exposition.hh"

namespace seastar::prometheus {

namespace {

using shard_values = std::vector<metrics::impl::family_values>;

/// The readings of all shards, one after the other.
future<std::vector<shard_values>> collect(std::vector<shard_values> so_far, unsigned shard) {
    if (shard == smp::count) {
        return make_ready_future<std::vector<shard_values>>(std::move(so_far));
    }
    return smp::submit_to(shard, [] { return metrics::impl::get_reported_values(); })
        .then([so_far = std::move(so_far), shard](shard_values values) mutable {
            so_far.push_back(std::move(values));
            return collect(std::move(so_far), shard + 1);
        });
}

class metrics_handler final : public httpd::handler_base {
    const config _config;

public:
    explicit metrics_handler(config c) : _config(std::move(c)) {}
    future<std::unique_ptr<http::reply>> handle(const sstring&, std::unique_ptr<http::request> req,
                                                std::unique_ptr<http::reply> rep) override {
        auto selected = req->get_query_param("name");
        return collect({}, 0).then([this, selected, rep = std::move(rep)](std::vector<shard_values> all) mutable {
            exposition_options options;
            options.prefix = _config.prefix;
            options.default_help = _config.metric_help;
            options.selected = selected;
            if (_config.label) {
                options.label = std::pair<std::string, std::string>(_config.label->key(), _config.label->value());
            }
            rep->_content = to_text(all, options);
            rep->set_mime_type("text/plain; version=0.0.4; charset=utf-8");
            return std::move(rep);
        });
    }
};

}

future<> add_prometheus_routes(httpd::http_server& server, config ctx) {
    server._routes.put(httpd::GET, "/metrics", new metrics_handler(std::move(ctx)));
    return make_ready_future<>();
}

future<> add_prometheus_routes(sharded<httpd::http_server>& server, config ctx) {
    return server.invoke_on_all([ctx](httpd::http_server& s) { return add_prometheus_routes(s, ctx); });
}

future<> start(sharded<httpd::http_server>& http_server, config ctx) {
    return add_prometheus_routes(http_server, std::move(ctx));
}

future<> start(httpd::http_server_control& http_server, config ctx) {
    return add_prometheus_routes(http_server.server(), std::move(ctx));
}

}
