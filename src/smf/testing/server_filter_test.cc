/// Filters of a server.
#include "smf/testing/server_fixture.hh"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace smf {
namespace {

seastar::future<rpc_recv_context> pass(rpc_recv_context&& c) {
    return seastar::make_ready_future<rpc_recv_context>(std::move(c));
}

TEST(Server, RunsFiltersInTheirOrder) {
    run_app([] {
        server_fixture f;
        std::string trail;
        for (char name : {'a', 'b'}) {
            f.server.incoming_filters.emplace_back([&trail, name](rpc_recv_context&& c) {
                trail += name;
                return seastar::sleep(1ms).then([&trail, name, c = std::move(c)]() mutable {
                    trail += name;
                    return std::move(c);
                });
            });
        }
        f.server.incoming_filters.emplace_back([&trail](rpc_recv_context&& c) {
            trail += 'c';
            return pass(std::move(c));
        });
        for (char name : {'x', 'y'}) {
            f.server.outgoing_filters.emplace_back([&trail, name](rpc_envelope&& e) {
                EXPECT_EQ(e.letter.header.meta(), 200u);
                EXPECT_EQ(e.letter.header.session(), 9);
                trail += name;
                return seastar::make_ready_future<rpc_envelope>(std::move(e));
            });
        }
        f.start();
        EXPECT_EQ(f.connect().ask(request("Quiet", 9)), 200u);
        EXPECT_EQ(trail, "aabbcxy");
    });
}

TEST(Server, FiltersAllRequestsOfATurnBeforeTheFirstIsHandled) {
    run_app([] {
        server_fixture f;
        constexpr size_t count = 10;
        std::vector<size_t> handled; // when each request passed
        std::vector<uint16_t> in_order;
        f.server.incoming_filters.emplace_back([&](rpc_recv_context&& c) {
            handled.push_back(f.held.calls.size());
            in_order.push_back(c.session());
            return pass(std::move(c));
        });
        f.server.outgoing_filters.emplace_back([&](rpc_envelope&& e) {
            EXPECT_EQ(f.server.stats.completed_requests, 0u);
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto p = f.connect();
        std::string all;
        for (uint16_t i = 0; i < count; ++i) {
            all += request("Held", i).bytes();
        }
        p.send(all); // one segment
        EXPECT_TRUE(eventually([&] { return f.held.calls.size() == count; }));
        EXPECT_EQ(handled, std::vector<size_t>(count, 0));
        EXPECT_EQ(in_order, (std::vector<uint16_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
        f.held.release_all();
        for (uint16_t i = 0; i < count; ++i) {
            EXPECT_EQ(p.status(i), 200u); // in order, too
        }
    }, 1, {"--task-quota-ms", "10000"}); // nothing interrupts the batch
}

TEST(Server, WaitsForTheFiltersWhenItStops) {
    run_app([] {
        server_fixture f;
        seastar::promise<> go;
        auto entered = 0;
        f.server.incoming_filters.emplace_back([&](rpc_recv_context&& c) {
            ++entered;
            return go.get_future().then([c = std::move(c)]() mutable { return std::move(c); });
        });
        f.start();
        auto p = f.connect();
        p.send(request("Say", 3));
        EXPECT_TRUE(eventually([&] { return entered == 1; }));
        auto stopped = f.server.stop();
        EXPECT_FALSE(stopped.available());
        go.set_value();
        EXPECT_EQ(p.status(3), 200u);
        stopped.get();
    });
}

TEST(Server, Answers500WhenAFilterFailsWithoutTheOutgoingFilters) {
    run_app([] {
        server_fixture f;
        auto outgoing = 0;
        f.server.incoming_filters.emplace_back([](rpc_recv_context&& c) {
            if (c.session() == 13) {
                throw std::runtime_error("thrown");
            }
            if (c.session() == 14) {
                return seastar::make_exception_future<rpc_recv_context>(std::runtime_error("returned"));
            }
            return pass(std::move(c));
        });
        f.server.outgoing_filters.emplace_back([&outgoing](rpc_envelope&& e) {
            ++outgoing;
            if (e.letter.header.session() == 23) {
                throw std::runtime_error("thrown");
            }
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.start();
        auto p = f.connect();
        EXPECT_EQ(p.ask(request("Say", 13)), 500u);
        EXPECT_EQ(p.ask(request("Say", 14)), 500u);
        EXPECT_EQ(outgoing, 0);
        EXPECT_EQ(p.ask(request("Say", 23)), 500u);
        EXPECT_EQ(p.ask(request("Say", 24)), 200u);
        EXPECT_EQ(outgoing, 2);
    });
}

}
}
