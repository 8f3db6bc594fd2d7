// The guide's page about services: a service, its client, and what they do when something goes wrong.
#include "scores.smf.fb.h"

#include <seastar/core/app-template.hh>
#include <seastar/core/coroutine.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/sleep.hh>
#include <seastar/util/assert.hh>
#include <seastar/util/later.hh>
#include <smf/reconnect_client.h>
#include <smf/rpc_server.h>

#include <unordered_map>

using namespace std::chrono_literals;

namespace {

// snippet: service
class score_service final : public scores::Scores {
    std::unordered_map<std::string, uint64_t> _points; // one object per shard: of the players asked for here

    using reply = smf::rpc_typed_envelope<scores::Total>;

    // The answer is there: a ready future.
    seastar::future<reply> Get(smf::rpc_recv_typed_context<scores::GetRequest>&& request) override {
        auto found = _points.find(request->player()->str());
        if (found == _points.end()) {
            return smf::futurize_status_for_type<scores::Total>(404);
        }
        reply r;
        r.data->points = found->second;
        r.envelope.set_status(200);
        return seastar::make_ready_future<reply>(std::move(r));
    }

    // Something to wait for: a coroutine. It takes the request over before it waits; the body lives as long as that.
    seastar::future<reply> Add(smf::rpc_recv_typed_context<scores::AddRequest>&& arrived) override {
        auto request = std::move(arrived);
        if (request->points() > 1000) {
            throw smf::rpc_error(422, "too many points at once");
        }
        co_await seastar::sleep(1ms); // to be logged somewhere, say
        reply r;
        r.data->points = _points[request->player()->str()] += request->points();
        r.envelope.set_status(200);
        co_return r;
    }
};
// end

// snippet: add
seastar::future<uint32_t> add(scores::ScoresClient& client, std::string player, unsigned points) {
    smf::rpc_typed_envelope<scores::AddRequest> request;
    request.data->player = player;
    request.data->points = points;
    auto reply = co_await client.Add(std::move(request));
    co_return reply.ctx->status(); // where it is 200, reply->points() is the total
}
// end

seastar::future<uint32_t> get_status(scores::ScoresClient& client, std::string player) {
    smf::rpc_typed_envelope<scores::GetRequest> request;
    request.data->player = player;
    auto reply = co_await client.Get(std::move(request));
    co_return reply.ctx->status();
}

// snippet: failures
seastar::future<std::string> outcome(seastar::future<uint32_t> call) {
    try {
        auto status = co_await std::move(call);
        co_return std::to_string(status); // the server has answered: 200, 404, 422 ...
    } catch (const smf::rpc_timed_out&) {
        co_return "no reply in time";
    } catch (const smf::remote_connection_error&) {
        co_return "no connection";
    } catch (const smf::invalid_reply&) {
        co_return "a reply that cannot be used";
    }
}
// end

seastar::future<> check_all(seastar::sharded<smf::rpc_server>& server) {
    // snippet: server
    smf::rpc_server_args args;
    args.ip = "127.0.0.1";
    args.rpc_port = 0; // any free one, on each shard another: for this test; a service has a number here
    args.flags = smf::rpc_server_flags_disable_http_server;
    args.handler_timeout = 5s;
    co_await server.start(args);
    co_await server.invoke_on_all(&smf::rpc_server::register_service<score_service>);
    co_await server.invoke_on_all(&smf::rpc_server::start);
    // end

    // snippet: client
    smf::rpc_client_opts options;
    options.server_addr = seastar::ipv4_addr("127.0.0.1", server.local().port());
    options.recv_timeout = 10s; // of each call, and of connect()
    scores::ScoresClient client(options);
    co_await client.connect();
    // end
    SEASTAR_ASSERT(co_await outcome(add(client, "ann", 7)) == "200");
    SEASTAR_ASSERT(co_await outcome(get_status(client, "ann")) == "200");
    SEASTAR_ASSERT(co_await outcome(get_status(client, "bob")) == "404");
    SEASTAR_ASSERT(co_await outcome(add(client, "ann", 5000)) == "422");
    co_await client.stop();
    SEASTAR_ASSERT(co_await outcome(add(client, "ann", 1)) == "no connection");

    auto silent = seastar::listen(seastar::ipv4_addr("127.0.0.1", 0)); // nobody reads there
    auto hurry = options;
    hurry.server_addr = silent.local_address();
    hurry.recv_timeout = 200ms;
    scores::ScoresClient hurried(hurry);
    SEASTAR_ASSERT(co_await outcome(add(hurried, "ann", 1)) == "no reply in time");
    co_await hurried.stop();

    // snippet: reconnect
    smf::reconnect_client<scores::ScoresClient> patient(options);
    co_await patient.connect(); // resolves after the first attempt; more follow in the background if it failed
    auto result = co_await outcome(add(*patient.get(), "ann", 1));
    co_await patient.stop();
    // end
    SEASTAR_ASSERT(result == "200");
    co_await server.stop();
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    seastar::sharded<smf::rpc_server> server;
    return app.run(argc, argv, [&server] { return check_all(server); });
}
