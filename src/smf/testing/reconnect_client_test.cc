#include <smf/reconnect_client.h>

#include "smf/testing/server_fixture.hh"

#include <smf/rpc_error.h>

#include <gtest/gtest.h>

#include <memory>
#include <sstream>

namespace smf {
namespace {

using client = reconnect_client<sample::EchoClient>;

seastar::server_socket listen_on(uint16_t port) {
    seastar::listen_options o;
    o.reuse_address = true;
    return seastar::listen(seastar::socket_address(seastar::ipv4_addr("127.0.0.1", port)), o);
}

uint16_t closed_port() {
    return listen_on(0).local_address().port();
}

seastar::ipv4_addr at(uint16_t port) {
    return seastar::ipv4_addr("127.0.0.1", port);
}

TEST(ReconnectBackoff, GrowsToHalfAnHourAndStartsAgain) {
    reconnect_backoff b;
    for (int s : {0, 1, 3, 5, 10, 20, 30, 60, 300, 600, 1800, 1800, 1800}) {
        EXPECT_EQ(b.value(), std::chrono::seconds(s));
        b.next();
    }
    b.reset();
    b.next();
    b.next();
    std::ostringstream o;
    o << b;
    EXPECT_EQ(o.str(), "smf::reconnect_backoff{ 3secs }");
}

TEST(ReconnectClient, ConnectsOnceAndIsAClient) {
    run_app([] {
        server_fixture f;
        f.start();
        client c(at(f.server.port()));
        ASSERT_TRUE(c.get());
        c.connect().get();
        c.connect().get(); // there is a connection: nothing happens
        EXPECT_EQ(c.backoff().value(), 0s);
        EXPECT_EQ(c.get()->Say(text("x", 7)).get()->number(), 7u);
        EXPECT_EQ(f.server.stats.total_connections, 1u);
        client moved(std::move(c));
        EXPECT_EQ(moved.get()->Say(text("x", 8)).get()->number(), 8u);
        moved.stop().get();
        moved.stop().get();
        EXPECT_THROW(moved.connect().get(), remote_connection_error);
    });
}

TEST(ReconnectClient, GoesOnTryingUntilTheServerIsThere) {
    run_app([] {
        auto args = quiet_args();
        args.rpc_port = closed_port();
        rpc_client_opts opts;
        opts.server_addr = at(args.rpc_port);
        client c(opts);
        c.connect().get(); // does not fail
        c.connect().get(); // nor a second time, while the first goes on
        EXPECT_FALSE(c.get()->is_conn_valid());
        EXPECT_EQ(c.backoff().value(), 1s);
        server_fixture f(args);
        f.start();
        EXPECT_TRUE(eventually([&] { return c.get()->is_conn_valid(); }));
        EXPECT_TRUE(eventually([&] { return c.backoff().value() == 0s; })); // by a task of its own
        EXPECT_EQ(c.get()->Say(text("x", 7)).get()->number(), 7u);
        EXPECT_EQ(f.server.stats.total_connections, 1u);
        c.stop().get();
    });
}

TEST(ReconnectClient, ConnectsAnewWhenItIsAskedToAfterALoss) {
    run_app([] {
        auto args = quiet_args();
        auto f = std::make_unique<server_fixture>(args);
        f->start();
        args.rpc_port = f->server.port();
        client c(at(args.rpc_port));
        c.connect().get();
        f.reset();
        EXPECT_TRUE(eventually([&] { return !c.get()->is_conn_valid(); }));
        f = std::make_unique<server_fixture>(args);
        f->start();
        c.connect().get();
        EXPECT_EQ(c.get()->Say(text("x", 7)).get()->number(), 7u);
        c.stop().get();
    });
}

TEST(ReconnectClient, StopsInThePauseAtOnce) {
    run_app([] {
        client c(at(closed_port()));
        c.connect().get();
        EXPECT_EQ(c.backoff().value(), 1s);
        auto begin = std::chrono::steady_clock::now();
        auto first = c.stop();
        auto second = c.stop();
        first.get();
        second.get();
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 900ms);
    });
}

}
}
