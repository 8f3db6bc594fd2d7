#include "smf/testing/echo_service.hh"
#include "smf/testing/raw_peer.hh"
#include "smf/testing/run_app.hh"

#include <smf/histogram.h>
#include <smf/rpc_client.h>
#include <smf/rpc_server.h>

#include <seastar/core/loop.hh>
#include <seastar/core/shared_future.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/later.hh>

#include <gtest/gtest.h>

#include <functional>
#include <optional>

namespace smf {
namespace {

using namespace std::chrono_literals;
using sample::EchoClient;

rpc_client_opts opts_for(uint16_t port) {
    rpc_client_opts o;
    o.server_addr = seastar::ipv4_addr("127.0.0.1", port);
    return o;
}

struct fixture {
    held_calls held;
    rpc_server server;
    std::optional<EchoClient> client;

    static rpc_server_args args() {
        rpc_server_args a;
        a.ip = "127.0.0.1";
        a.rpc_port = 0;
        a.flags = rpc_server_flags_disable_http_server;
        return a;
    }
    explicit fixture(std::function<void(rpc_client_opts&)> change = {}) : server(args()) {
        server.register_service<echo_service>(&held);
        server.start();
        auto o = opts();
        if (change) {
            change(o);
        }
        client.emplace(o);
        client->connect().get();
    }
    ~fixture() {
        client->stop().get();
        held.release_all();
        server.stop().get();
    }
    rpc_client_opts opts() const { return opts_for(server.port()); }
    bool works() {
        auto r = client->Say(text("x", 5)).get();
        return r && r.ctx->status() == 200 && r->number() == 5;
    }
};

/// A server whose every byte the test writes itself.
struct fake_server {
    seastar::server_socket listener;
    EchoClient client;
    std::optional<raw_peer> peer;

    static seastar::server_socket listen() {
        seastar::listen_options o;
        o.reuse_address = true;
        return seastar::listen(seastar::socket_address(seastar::ipv4_addr("127.0.0.1", 0)), o);
    }
    explicit fake_server(std::function<void(rpc_client_opts&)> change = {})
        : listener(listen()), client([&] {
              auto o = opts_for(listener.local_address().port());
              if (change) {
                  change(o);
              }
              return o;
          }()) {
        auto connected = client.connect();
        peer.emplace(listener.accept().get().connection);
        connected.get();
    }
    ~fake_server() {
        client.stop().get();
        listener.abort_accept();
    }
};

template <typename Exception, typename Future>
void expect_failure(Future f) {
    try {
        (void)f.get();
        ADD_FAILURE() << "did not fail";
    } catch (const Exception&) {
    } catch (const std::exception& e) {
        ADD_FAILURE() << "failed otherwise: " << e.what();
    }
}

TEST(Client, SendsTheKnownBytesWithSessionsFromOne) {
    run_app([] {
        fake_server s;
        for (uint16_t session = 1; session <= 3; ++session) {
            auto f = s.client.Say(text("text", 7));
            auto r = s.peer->receive();
            ASSERT_TRUE(r);
            EXPECT_EQ(r->bytes(), request("Say", session, "text", 7).bytes());
            s.peer->send(frame_of(r->body, session, 200));
            EXPECT_EQ(f.get()->number(), 7u);
        }
    });
}

TEST(Client, MatchesRepliesInAnyOrder) {
    run_app([] {
        fake_server s;
        std::vector<seastar::future<rpc_recv_typed_context<sample::Text>>> calls;
        for (uint32_t i = 0; i < 100; ++i) {
            calls.push_back(s.client.Say(text("x", i)));
        }
        std::vector<raw_frame> requests;
        for (int i = 0; i < 100; ++i) {
            requests.push_back(*s.peer->receive());
        }
        std::string all;
        for (auto r = requests.rbegin(); r != requests.rend(); ++r) {
            all += frame_of(r->body, r->header.session(), 200).bytes();
        }
        s.peer->send(all);
        for (uint32_t i = 0; i < 100; ++i) {
            EXPECT_EQ(calls[i].get()->number(), i);
        }
    });
}

TEST(Client, GetsStatusesAsReplies) {
    run_app([] {
        fixture f;
        EXPECT_TRUE(f.works());
        EXPECT_EQ(f.client->Throws(text("x")).get().ctx->status(), 500u);
        EXPECT_EQ(f.client->Missing(text("x")).get().ctx->status(), 501u);
        EXPECT_EQ(f.client->Status(text("x", 404)).get()->number(), 404u);
        EXPECT_EQ(f.client->Status(text("x", 0x80000000)).get().ctx->status(), 0x80000000u);
        auto raw = text("raw");
        EXPECT_EQ(f.client->Say(raw.serialize_data()).get()->text()->str(), "raw");
        auto unknown = text("x").serialize_data();
        unknown.set_request_id(12345);
        EXPECT_EQ(f.client->send<sample::Text>(std::move(unknown)).get().ctx->status(), 404u);
        EXPECT_TRUE(f.works());
    });
}

TEST(Client, ReadsAnErrorReplyThatLacksRequiredFields) {
    run_app([] {
        fake_server s;
        rpc_typed_envelope<sample::Strict> e;
        e.data->name = "x";
        auto f = s.client.Need(std::move(e));
        s.peer->receive();
        s.peer->send(frame_of(std::string("\x08\0\0\0\4\0\4\0\4\0\0\0", 12), 1, 503));
        auto r = f.get();
        EXPECT_EQ(r.ctx->status(), 503u);
        EXPECT_EQ(r->name(), nullptr);
    });
}

TEST(Client, GivesOutcomesAsValues) {
    run_app([] {
        fixture f;
        auto call = [&](const char* method) {
            auto e = text("x").serialize_data();
            e.set_request_id(echo_id(method));
            return f.client->try_send<sample::Text>(std::move(e)).get();
        };
        auto good = call("Say");
        EXPECT_TRUE(good);
        EXPECT_EQ(good.status, 200u);
        auto bad = call("Fails");
        EXPECT_FALSE(bad);
        EXPECT_EQ(bad.status, 500u);
        f.client->stop().get();
        auto none = call("Say");
        EXPECT_FALSE(none);
        EXPECT_EQ(none.status, 0u);
        EXPECT_NE(std::string(none.error).find("reconnect"), std::string::npos);
    });
}

TEST(Client, ConnectsByItselfOnFirstUse) {
    run_app([] {
        fixture f;
        EchoClient other(f.opts());
        EXPECT_FALSE(other.is_conn_valid());
        auto a = other.Say(text("a"));
        auto b = other.Say(text("b")); // while it connects
        EXPECT_EQ(a.get()->text()->str(), "a");
        EXPECT_EQ(b.get()->text()->str(), "b");
        EXPECT_TRUE(other.is_conn_valid());
        expect_failure<remote_connection_error>(other.connect());
        other.stop().get();
    });
}

TEST(Client, FailsToConnectWhereNobodyListens) {
    run_app([] {
        uint16_t port;
        {
            auto gone = fake_server::listen();
            port = gone.local_address().port();
        }
        EchoClient c(opts_for(port));
        expect_failure<std::system_error>(c.connect());
        expect_failure<remote_connection_error>(c.Say(text("x")));
        EchoClient d(opts_for(port));
        expect_failure<std::system_error>(d.Say(text("x")));
        c.stop().get();
        d.stop().get();
        auto o = opts_for(port);
        o.credentials = std::make_shared<rpc_credentials>();
        EchoClient e(o);
        expect_failure<std::invalid_argument>(e.connect());
    });
}

TEST(Client, FailsACallAtItsDeadlineAndDropsTheLateReply) {
    run_app([] {
        fixture f([](rpc_client_opts& o) { o.recv_timeout = 60ms; });
        expect_failure<rpc_timed_out>(f.client->Held(text("x")));
        EXPECT_TRUE(f.works());
        f.held.release_all();
        for (int i = 0; i < 10; ++i) {
            EXPECT_TRUE(f.works());
        }
        EXPECT_TRUE(f.client->is_conn_valid());
    });
}

TEST(Client, StopsAnyNumberOfTimesAndFailsWhatIsOutstanding) {
    run_app([] {
        fixture f;
        auto call = f.client->Held(text("x"));
        f.client->stop().get();
        expect_failure<remote_connection_error>(std::move(call));
        f.client->stop().get();
        expect_failure<remote_connection_error>(f.client->Say(text("x")));
        EchoClient never(f.opts());
        never.stop().get();
        EchoClient dropped(f.opts());
        dropped.connect().get(); // and destroyed without a stop
    });
}

TEST(Client, Reconnects) {
    run_app([] {
        fixture f;
        auto call = f.client->Held(text("x"));
        f.client->reconnect().get();
        expect_failure<remote_connection_error>(std::move(call));
        EXPECT_TRUE(f.works());
        f.client->stop().get();
        f.client->reconnect().get();
        EXPECT_TRUE(f.works());
    });
}

TEST(Client, FailsAllCallsWhenTheServerLeaves) {
    run_app([] {
        fake_server s;
        auto a = s.client.Say(text("x"));
        auto b = s.client.Say(text("x"));
        s.peer->receive();
        s.peer->close();
        expect_failure<remote_connection_error>(std::move(a));
        expect_failure<remote_connection_error>(std::move(b));
        EXPECT_FALSE(s.client.is_conn_valid());
        expect_failure<remote_connection_error>(s.client.Say(text("x")));
    });
}

// A server that misbehaves.

TEST(Client, FailsOneCallForABadReply) {
    run_app([] {
        fake_server s;
        auto good = frame_of(body_of(text("reply").serialize_data()), 0, 200);
        uint16_t session = 0;
        auto answer = [&](std::function<void(raw_frame&)> spoil) {
            auto f = s.client.Say(text("x"));
            s.peer->receive();
            auto reply = good;
            reply.header.mutate_session(++session);
            spoil(reply);
            s.peer->send(reply);
            return f;
        };
        expect_failure<invalid_reply>(answer([](raw_frame& r) { r.header.mutate_checksum(r.header.checksum() ^ 1); }));
        expect_failure<invalid_reply>(answer([](raw_frame& r) { r.header.mutate_bitflags(rpc::header_bit_flags{1}); }));
        expect_failure<invalid_reply>(answer([](raw_frame& r) {
            r.body.clear();
            r.header.mutate_size(0);
        }));
        expect_failure<invalid_reply>(
            answer([](raw_frame& r) { r.header.mutate_compression(rpc::compression_flags::compression_flags_zstd); }));
        expect_failure<invalid_reply>(answer([](raw_frame& r) {
            r = frame_of("\xff\xff\xff\x7f----", r.header.session(), 200);
        }));
        auto spoilt_error = [](raw_frame& r) { r = frame_of("\xff\xff\xff\x7f----", r.header.session(), 500); };
        auto unreadable = answer(spoilt_error).get();
        EXPECT_EQ(unreadable.ctx->status(), 500u);
        EXPECT_FALSE(unreadable);
        EXPECT_EQ(answer([](raw_frame&) {}).get()->text()->str(), "reply");
    });
}

TEST(Client, FailsTheConnectionForWhatCannotBeAReply) {
    run_app([] {
        auto fails = [](std::string bytes) {
            fake_server s([](rpc_client_opts& o) { o.body_size_max = 1000; });
            auto f = s.client.Say(text("x"));
            s.peer->receive();
            s.peer->send(bytes);
            expect_failure<remote_connection_error>(std::move(f));
            EXPECT_FALSE(s.client.is_conn_valid());
        };
        auto body = body_of(text("reply").serialize_data());
        fails(std::string(64, '\xff'));
        fails(frame_of(body, 2, 200).bytes()); // no such call
        fails(frame_of(std::string(1001, 'x'), 1, 200).bytes());
        auto answered_twice = frame_of(body, 1, 200).bytes();
        fake_server s;
        auto f = s.client.Say(text("x"));
        s.peer->receive();
        s.peer->send(answered_twice + answered_twice);
        EXPECT_EQ(f.get()->text()->str(), "reply");
        EXPECT_EQ(s.peer->status(), 0u);
        EXPECT_FALSE(s.client.is_conn_valid());
    });
}

TEST(Client, ReadsRepliesThatAreSplitAnywhere) {
    run_app([] {
        fake_server s;
        auto size = frame_of(body_of(text("split").serialize_data()), 0, 200).bytes().size();
        for (uint16_t cut = 1; cut < size; ++cut) {
            auto f = s.client.Say(text("x"));
            s.peer->receive();
            auto bytes = frame_of(body_of(text("split").serialize_data()), cut, 200).bytes();
            s.peer->send(bytes.substr(0, cut));
            seastar::sleep(1ms).get();
            s.peer->send(bytes.substr(cut));
            EXPECT_EQ(f.get()->text()->str(), "split");
        }
    });
}

// Limits, filters, histogram.

TEST(Client, KeepsCallsWaitingWhenItsMemoryIsUsedUp) {
    run_app([] {
        fixture f([](rpc_client_opts& o) { o.memory_avail_for_client = 2500; });
        std::vector<seastar::future<rpc_recv_typed_context<sample::Text>>> calls;
        for (int i = 0; i < 6; ++i) {
            calls.push_back(f.client->Held(text(std::string(1000, 'x'))));
        }
        for (int i = 0; i < 3; ++i) {
            while (f.held.calls.size() < 2) {
                seastar::sleep(1ms).get();
            }
            EXPECT_EQ(f.held.calls.size(), 2u);
            f.held.release_all();
        }
        for (auto& c : calls) {
            EXPECT_EQ(c.get().ctx->status(), 200u);
        }
        EXPECT_EQ(f.client->Say(text(std::string(100000, 'x'))).get().ctx->status(), 200u); // larger than all of it
    });
}

TEST(Client, RunsFiltersInTheirOrder) {
    run_app([] {
        fixture f;
        std::string trail;
        for (char name : {'a', 'b'}) {
            f.client->outgoing_filters().push_back([&trail, name](rpc_envelope&& e) {
                trail += name;
                return seastar::sleep(1ms).then([e = std::move(e)]() mutable { return std::move(e); });
            });
            f.client->incoming_filters().push_back([&trail, name](rpc_recv_context&& c) {
                trail += static_cast<char>(name + 'x' - 'a');
                return seastar::sleep(1ms).then([c = std::move(c)]() mutable { return std::move(c); });
            });
        }
        EXPECT_TRUE(f.works());
        EXPECT_EQ(trail, "abxy");
    });
}

TEST(Client, FiltersAllCallsOfATurnTogether) {
    run_app([] {
        fake_server s;
        std::string trail;
        for (char name : {'a', 'b'}) {
            s.client.outgoing_filters().push_back([&trail, name](rpc_envelope&& e) {
                trail += name;
                return seastar::make_ready_future<rpc_envelope>(std::move(e));
            });
        }
        auto first = s.client.Say(text("x"));
        auto second = s.client.Say(text("x"));
        EXPECT_EQ(trail, ""); // at the stage's turn
        EXPECT_EQ(s.peer->receive()->header.session(), 1);
        EXPECT_EQ(s.peer->receive()->header.session(), 2);
        EXPECT_EQ(trail, "abab");
        s.client.stop().get();
        expect_failure<remote_connection_error>(std::move(first));
        expect_failure<remote_connection_error>(std::move(second));
    });
}

TEST(Client, MayStopOrGoWhileCallsAreInTheFilters) {
    run_app([] {
        fixture f;
        for (bool stop : {true, false}) {
            auto go = std::make_shared<seastar::shared_promise<>>();
            auto client = std::make_unique<EchoClient>(f.opts());
            client->connect().get();
            client->outgoing_filters().push_back([go](rpc_envelope&& e) {
                return go->get_shared_future().then([e = std::move(e)]() mutable { return std::move(e); });
            });
            auto call = client->Say(text("x"));
            auto stopped = stop ? client->stop() : seastar::make_ready_future<>();
            if (!stop) {
                seastar::yield().get(); // into the filter
                client.reset();
            }
            expect_failure<remote_connection_error>(std::move(call));
            stopped.get();
            seastar::yield().get();
            go->set_value();
        }
        EXPECT_TRUE(f.works());
    });
}

TEST(Client, HasFiltersLikeOthersOnItsShard) {
    run_app([] {
        fixture f;
        EchoClient other(f.opts());
        other.connect().get();
        auto passed = 0;
        for (auto* client : {&*f.client, &other}) {
            client->outgoing_filters().push_back([&passed](rpc_envelope&& e) {
                ++passed;
                return seastar::make_ready_future<rpc_envelope>(std::move(e));
            });
        }
        EXPECT_EQ(f.client->Say(text("x")).get().ctx->status(), 200u);
        EXPECT_EQ(other.Say(text("y")).get().ctx->status(), 200u);
        EXPECT_EQ(passed, 2);
        other.stop().get();
    });
}

TEST(Client, FailsOnlyTheCallWhoseFilterFails) {
    run_app([] {
        fixture f;
        f.client->outgoing_filters().push_back([](rpc_envelope&& e) {
            if (e.size() > 1000) {
                throw std::domain_error("too large for this filter");
            }
            return seastar::make_ready_future<rpc_envelope>(std::move(e));
        });
        f.client->incoming_filters().push_back([](rpc_recv_context&& c) {
            return c.status() == 300 ? seastar::make_exception_future<rpc_recv_context>(std::range_error("300"))
                                     : seastar::make_ready_future<rpc_recv_context>(std::move(c));
        });
        expect_failure<std::domain_error>(f.client->Say(text(std::string(2000, 'x'))));
        expect_failure<std::range_error>(f.client->Status(text("x", 300)));
        EXPECT_TRUE(f.works());
    });
}

TEST(Client, MeasuresWhenAskedTo) {
    run_app([] {
        fixture f;
        EXPECT_FALSE(f.client->is_histogram_enabled());
        EXPECT_TRUE(f.works());
        EXPECT_FALSE(f.client->get_histogram());
        f.client->enable_histogram_metrics();
        EXPECT_TRUE(f.works());
        EXPECT_TRUE(f.works());
        f.client->disable_histogram_metrics();
        EXPECT_TRUE(f.works());
        EXPECT_EQ(f.client->get_histogram()->count(), 2u);
    });
}

TEST(Client, ReusesSessionNumbersAfterTheyWrap) {
    run_app([] {
        fixture f;
        auto slow = f.client->Held(text("slow"));
        uint32_t wrong = 0;
        std::vector<uint32_t> numbers(70000);
        for (uint32_t i = 0; i < numbers.size(); ++i) {
            numbers[i] = i;
        }
        seastar::max_concurrent_for_each(numbers, 64, [&](uint32_t i) {
            return f.client->Say(text("", i)).then([i, &wrong](auto r) { wrong += !(r && r->number() == i); });
        }).get();
        EXPECT_EQ(wrong, 0u);
        f.held.release_all();
        EXPECT_EQ(slow.get()->text()->str(), "slow");
    });
}

TEST(Client, MovesWithItsConnection) {
    run_app([] {
        fixture f;
        EchoClient moved(std::move(*f.client));
        EXPECT_EQ(moved.Say(text("moved")).get()->text()->str(), "moved");
        moved.stop().get();
        f.client.emplace(f.opts());
    });
}

}
}
