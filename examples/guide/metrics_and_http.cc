// The guide's page about metrics and HTTP: metrics, and an HTTP server that shows them.
#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/metrics.hh>
#include <seastar/core/prometheus.hh>
#include <seastar/core/seastar.hh>
#include <seastar/http/exception.hh>
#include <seastar/http/function_handlers.hh>
#include <seastar/http/httpd.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/short_streams.hh>
#include <smf/histogram.h>

#include <iostream>

namespace http = seastar::http;
namespace httpd = seastar::httpd;
namespace json = seastar::json;
namespace sm = seastar::metrics;

namespace {

// snippet: metrics
class cache {
    uint64_t _hits = 0, _misses = 0;
    smf::histogram _sizes;
    sm::metric_groups _metrics; // registered as long as it lives; the last member, as it reads the others

public:
    cache() {
        sm::label outcome("outcome");
        _metrics.add_group("cache", {
            sm::make_counter("lookups", _hits, sm::description("Lookups"), {outcome("hit")}),
            sm::make_counter("lookups", _misses, sm::description("Lookups"), {outcome("miss")}),
            sm::make_gauge("hit_ratio", [this] { return double(_hits) / std::max<uint64_t>(1, _hits + _misses); },
                           sm::description("Part of the lookups that hit")),
            sm::make_histogram("value_bytes", [this] { return _sizes.seastar_histogram_logform(); },
                               sm::description("Sizes of the values")),
        });
    }
    void hit(int64_t bytes) {
        ++_hits;
        _sizes.record(bytes);
    }
    void miss() { ++_misses; }
};
// end

// snippet: json
struct player : json::json_base {
    json::json_element<std::string> name;
    json::json_list<int> marks;

    player() {
        add(&name, "name", true);
        add(&marks, "marks");
    }
};
// end

// snippet: routes
void set_routes(httpd::routes& routes) {
    routes.put(httpd::GET, "/hello", new httpd::function_handler([](httpd::const_req request) {
        return seastar::sstring("hello ") + request.get_query_param("name");
    }, "txt"));
    routes.add(httpd::GET, httpd::url("/players").remainder("name"), new httpd::function_handler(
        [](httpd::const_req request) -> json::json_return_type {
            auto name = request.get_path_param("name");
            if (name != "ann") {
                throw httpd::not_found_exception("no such player");
            }
            player p;
            p.name = std::string(name);
            p.marks = std::vector<int>{1, 2};
            return p;
        }));
}
// end

// snippet: streams
seastar::future<> write_numbers(seastar::output_stream<char> out) {
    for (int i = 0; i < 1000; ++i) {
        co_await out.write(std::to_string(i) + "\n"); // waits while the client does not read
    }
    co_await out.close();
}

using reply_ptr = std::unique_ptr<http::reply>;

void set_streaming_routes(httpd::routes& routes) {
    routes.put(httpd::GET, "/numbers", new httpd::function_handler(
        [](std::unique_ptr<http::request>, reply_ptr reply) {
            reply->write_body("txt", [](seastar::output_stream<char>&& out) { return write_numbers(std::move(out)); });
            return seastar::make_ready_future<reply_ptr>(std::move(reply));
        }, "txt"));
    // The server streams the bodies of requests: set_content_streaming(true).
    routes.put(httpd::POST, "/size", new httpd::function_handler(
        [](std::unique_ptr<http::request> request, reply_ptr reply) -> seastar::future<reply_ptr> {
            size_t size = 0;
            for (auto piece = co_await request->content_stream->read(); !piece.empty();
                 piece = co_await request->content_stream->read()) {
                size += piece.size();
            }
            reply->_content = std::to_string(size);
            co_return std::move(reply);
        }, "txt"));
}
// end

// What a client reads that sends this and half-closes.
seastar::future<std::string> answer(seastar::socket_address server, std::string request) {
    auto connection = co_await seastar::connect(server);
    auto in = connection.input();
    auto out = connection.output();
    co_await out.write(request);
    co_await out.close();
    auto text = co_await seastar::util::read_entire_stream_contiguous(in);
    co_return std::string(text);
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

seastar::future<> check_all(httpd::http_server_control& server) {
    seastar::ipv4_addr address("127.0.0.1", 0);
    // snippet: start
    co_await server.start("guide");
    co_await server.server().invoke_on_all([](httpd::http_server& s) { s.set_content_streaming(true); });
    co_await server.set_routes(set_routes);
    co_await server.set_routes(set_streaming_routes);
    seastar::prometheus::config config;
    config.prefix = "guide";
    co_await seastar::prometheus::start(server, config); // adds the route /metrics
    co_await server.listen(address);
    // end
    auto here = server.server().local().addresses().front(); // port 0: each shard has a port of its own

    cache c;
    c.hit(300);
    c.hit(30);
    c.miss();

    SEASTAR_ASSERT(contains(co_await answer(here, "GET /hello?name=you HTTP/1.1\r\n\r\n"), "hello you"));
    auto ann = co_await answer(here, "GET /players/ann HTTP/1.1\r\n\r\n");
    SEASTAR_ASSERT(contains(ann, R"({"name": "ann", "marks": [1,2]})"));
    auto bob = co_await answer(here, "GET /players/bob HTTP/1.1\r\n\r\n");
    SEASTAR_ASSERT(contains(bob, "404 Not Found") && contains(bob, "no such player"));
    SEASTAR_ASSERT(contains(co_await answer(here, "GET /numbers HTTP/1.1\r\n\r\n"), "\n999\n"));
    auto size = co_await answer(here, "POST /size HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789");
    SEASTAR_ASSERT(contains(size, "\r\n\r\n10"));
    auto metrics = co_await answer(here, "GET /metrics?name=cache* HTTP/1.1\r\nConnection: close\r\n\r\n");
    std::cout << metrics;
    SEASTAR_ASSERT(contains(metrics, R"(guide_cache_lookups{outcome="hit",shard="0"} 2)"));
    co_await server.stop();
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    httpd::http_server_control server;
    return app.run(argc, argv, [&server] { return check_all(server); });
}
