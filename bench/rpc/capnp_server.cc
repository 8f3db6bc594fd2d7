/// The peer: the same echo in Cap'n Proto RPC, served by its ready-made server on one thread and its own event loop, as
/// its documentation shows it.
#include "../common/listener.hh"
#include "echo.capnp.h"

#include <capnp/ez-rpc.h>

#include <cstdio>

namespace bench {
namespace {

class echo_service final : public EchoRpc::Server {
    kj::Promise<void> echo(EchoContext context) override {
        const auto params = context.getParams();
        context.getResults(params.totalSize()).setText(params.getText());
        return kj::READY_NOW;
    }
};

}
}

int main(int argc, char** argv) {
    const uint16_t port = bench::port_option(argc, argv);
    capnp::EzRpcServer server(kj::heap<bench::echo_service>(), "127.0.0.1", port);
    std::printf("listening %u\n", server.getPort().wait(server.getWaitScope()));
    std::fflush(stdout);
    kj::Promise<void>(kj::NEVER_DONE).wait(server.getWaitScope());
}
