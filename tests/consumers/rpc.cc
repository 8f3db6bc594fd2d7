// What a program outside the tree does with smf: a generated service and its client, one call, an orderly end.
#include "greeter.smf.fb.h"

#include <seastar/core/app-template.hh>
#include <seastar/core/sharded.hh>
#include <seastar/core/thread.hh>
#include <smf/rpc_server.h>

#include <iostream>
#include <stdexcept>

namespace {

class greeter_service final : public greeter::Greeter {
    seastar::future<smf::rpc_typed_envelope<greeter::Greeting>>
    Greet(smf::rpc_recv_typed_context<greeter::Name>&& name) final {
        smf::rpc_typed_envelope<greeter::Greeting> reply;
        reply.data->text = seastar::sstring("hello ") + name->text()->c_str();
        reply.envelope.set_status(200);
        return seastar::make_ready_future<smf::rpc_typed_envelope<greeter::Greeting>>(std::move(reply));
    }
};

void greet() {
    smf::rpc_server_args args;
    args.ip = "127.0.0.1";
    args.rpc_port = 0; // whatever is free
    args.flags = smf::rpc_server_flags_disable_http_server;

    seastar::sharded<smf::rpc_server> server;
    server.start(args).get();
    server.invoke_on_all(&smf::rpc_server::register_service<greeter_service>).get();
    server.invoke_on_all(&smf::rpc_server::start).get();

    smf::rpc_client_opts options;
    options.server_addr = seastar::ipv4_addr("127.0.0.1", server.local().port());
    auto client = seastar::make_shared<greeter::GreeterClient>(options);
    client->connect().get();
    smf::rpc_typed_envelope<greeter::Name> request;
    request.data->text = "consumer";
    auto reply = client->Greet(std::move(request)).get();
    if (!reply) {
        throw std::runtime_error("no reply");
    }
    std::cout << reply.ctx->status() << " " << reply->text()->c_str() << "\n";
    client->stop().get();
    server.stop().get();
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    return app.run(argc, argv, [] { return seastar::async(greet); });
}
