/// The peer: the same echo in gRPC C++ with its asynchronous API, one completion queue and one thread that serves it,
/// without TLS. Enough calls are requested in advance that none waits for the server to ask for it.
#include "../common/listener.hh"
#include "echo.grpc.pb.h"

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <memory>
#include <string>

namespace bench {
namespace {

// One for each connection of the largest load. gRPC looks through them for every call that comes: more cost more.
constexpr int calls_waiting = 128;

/// One call, from the wish for it to its last event; owns itself.
class echo_call {
public:
    echo_call(EchoRpc::AsyncService& service, grpc::ServerCompletionQueue& queue)
        : _service(service), _queue(queue), _responder(&_context) {
        _service.RequestEcho(&_context, &_request, &_responder, &_queue, &_queue, this);
    }

    void proceed(bool ok) {
        if (!ok || _answered) {
            delete this;
            return;
        }
        new echo_call(_service, _queue);
        _answered = true;
        _reply.set_text(_request.text());
        _responder.Finish(_reply, grpc::Status::OK, this);
    }

private:
    EchoRpc::AsyncService& _service;
    grpc::ServerCompletionQueue& _queue;
    grpc::ServerContext _context;
    Text _request;
    Text _reply;
    grpc::ServerAsyncResponseWriter<Text> _responder;
    bool _answered = false;
};

int run(const std::string& port) {
    EchoRpc::AsyncService service;
    grpc::ServerBuilder builder;
    int bound = 0;
    builder.AddListeningPort("127.0.0.1:" + port, grpc::InsecureServerCredentials(), &bound);
    builder.RegisterService(&service);
    std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server || bound == 0) {
        std::fprintf(stderr, "grpc_server: cannot listen on port %s\n", port.c_str());
        return 1;
    }
    std::printf("listening %d\n", bound);
    std::fflush(stdout);
    for (int i = 0; i < calls_waiting; ++i) {
        new echo_call(service, *queue);
    }
    void* tag = nullptr;
    bool ok = false;
    while (queue->Next(&tag, &ok)) {
        static_cast<echo_call*>(tag)->proceed(ok);
    }
    return 0;
}

}
}

int main(int argc, char** argv) {
    return bench::run(std::to_string(bench::port_option(argc, argv)));
}
