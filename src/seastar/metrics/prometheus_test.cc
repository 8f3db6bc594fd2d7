// GET /metrics over a socket, with the library's own metrics.
#include <seastar/core/prometheus.hh>

#include "metrics/shard_metrics.hh"
#include "net/net_fixture.hh"
#include "shard/shard_fixture.hh"

#include <seastar/core/smp.hh>

namespace seastar::prometheus {
namespace {

constexpr unsigned shards = 2;

/// What a shard has.
struct shard_state {
    std::optional<metrics::shard_metrics> own;
    metrics::metric_groups groups;
    uint64_t answers = 0;
};

future<std::string> ask(socket_address address, std::string request) {
    return connect(address).then([request](connected_socket s) {
        struct conversation {
            connected_socket socket;
            output_stream<char> out;
            input_stream<char> in;
        };
        auto c = std::make_unique<conversation>();
        c->socket = std::move(s);
        c->out = c->socket.output();
        c->in = c->socket.input();
        auto& r = *c;
        return r.out.write(request).then([&r] { return r.out.flush(); }).then([&r] {
            return r.in.read_exactly(1 << 20);
        }).then([](temporary_buffer<char> all) {
            return std::string(all.get(), all.size());
        }).finally([&r] {
            return r.out.close().finally([&r] { return r.in.close(); });
        }).finally([c = std::move(c)] {});
    });
}

TEST(Prometheus, ServesTheMetricsOfAllShards) {
    shard::test_node node(shards);
    net::posix::listener_registry registry(shards);
    shard_state states[shards];
    std::optional<httpd::http_server> server;
    std::string reply, selected;
    node.run([&] {
        return smp::invoke_on_all([&] {
            auto& s = states[this_shard_id()];
            net::posix::set_registry(&registry);
            s.own.emplace(loop::this_shard());
            s.answers = 40 + this_shard_id();
            s.groups.add_group("test", {metrics::make_counter("answers", s.answers, metrics::description("told"))});
        }).then([&] {
            server.emplace("admin");
            return server->listen(socket_address(ipv4_addr("127.0.0.1", 0)));
        }).then([&] {
            config c;
            c.prefix = "app";
            return add_prometheus_routes(*server, c);
        }).then([&] {
            return ask(server->addresses()[0], "GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
        }).then([&](std::string r) {
            reply = std::move(r);
            return ask(server->addresses()[0], "GET /metrics?name=test_* HTTP/1.1\r\nConnection: close\r\n\r\n");
        }).then([&](std::string r) {
            selected = std::move(r);
            return server->stop();
        }).finally([&] {
            server.reset();
            return smp::invoke_on_all([&] {
                auto& s = states[this_shard_id()];
                s.own.reset();
                s.groups.clear();
                net::posix::abandon_sockets();
            });
        });
    });
    auto has = [&](std::string_view text) { return reply.find(text) != std::string::npos; };
    EXPECT_TRUE(has("HTTP/1.1 200 OK\r\n")) << reply;
    EXPECT_TRUE(has("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_TRUE(has("# HELP app_test_answers told\n# TYPE app_test_answers counter\n"
                    "app_test_answers{shard=\"0\"} 40\napp_test_answers{shard=\"1\"} 41\n"));
    for (auto name : {"reactor_tasks_processed", "reactor_utilization", "reactor_cpu_busy_ms", "ring_enters",
                      "network_connections_current", "memory_task_allocations_hit"}) {
        for (auto shard : {"0", "1"}) {
            EXPECT_TRUE(has("app_" + std::string(name) + "{shard=\"" + shard + "\"} ")) << name;
        }
    }
    EXPECT_TRUE(has("\napp_network_connections_current{shard=\"0\"} 2\n")) << "this conversation's two ends";
    EXPECT_NE(selected.find("app_test_answers"), std::string::npos);
    EXPECT_EQ(selected.find("app_reactor"), std::string::npos);
}

}
}
