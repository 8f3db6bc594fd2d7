// A key/value store over smf RPC: kvstore_server --ip 127.0.0.1 --port 20776 [-c SHARDS]
// Runs until SIGINT or SIGTERM. Port 0 takes any free one; the line "listening on IP:PORT" says which.
#include "service.hh"

#include <seastar/core/app-template.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/signal.hh>
#include <seastar/core/thread.hh>
#include <smf/rpc_server.h>

#include <csignal>
#include <iostream>

namespace po = boost::program_options;

namespace {

// All shards have to listen on one port: a free one is looked for first.
uint16_t choose_port(const std::string& ip, uint16_t port) {
    return port ? port : seastar::listen(seastar::ipv4_addr(ip, 0)).local_address().port();
}

void serve(const std::string& ip, uint16_t port) {
    seastar::sharded<kvstore::store> stores;
    seastar::sharded<smf::rpc_server> rpc;
    seastar::promise<> stop;

    smf::rpc_server_args args;
    args.ip = ip;
    args.rpc_port = choose_port(ip, port);
    args.flags = smf::rpc_server_flags_disable_http_server;

    seastar::handle_signal(SIGINT, [&stop] { stop.set_value(); }, true);
    seastar::handle_signal(SIGTERM, [&stop] { stop.set_value(); }, true);

    stores.start().get();
    rpc.start(args).get();
    rpc.invoke_on_all([&stores](smf::rpc_server& server) { server.register_service<kvstore::service>(stores); }).get();
    rpc.invoke_on_all(&smf::rpc_server::start).get();
    std::cout << "listening on " << ip << ":" << args.rpc_port << std::endl;

    stop.get_future().get();

    rpc.stop().get();
    stores.stop().get();
}

}

int main(int argc, char** argv) {
    seastar::app_template app;
    app.add_options()
        ("ip", po::value<std::string>()->default_value("127.0.0.1"), "address to listen on")
        ("port", po::value<uint16_t>()->default_value(20776), "port to listen on, 0: any free one");
    return app.run(argc, argv, [&app] {
        auto& config = app.configuration();
        return seastar::async(serve, config["ip"].as<std::string>(), config["port"].as<uint16_t>());
    });
}
