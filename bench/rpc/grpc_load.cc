/// The load client for grpc_server: as load.cc, one spinning thread, `connections` channels with a TCP connection
/// each and `inflight` calls on every channel; replies are verified; same options, same output.
#include "../common/load_session.hh"
#include "echo.grpc.pb.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr int64_t patience_ns = 10'000'000'000; // without any reply

/// One call at a time, again and again, on one channel.
class caller {
public:
    explicit caller(EchoRpc::Stub& stub) : _stub(stub) {}

    void start(const Text& request, grpc::CompletionQueue& queue, int64_t now) {
        _context.emplace();
        _sent_at = now;
        _reader = _stub.AsyncEcho(&*_context, request, &queue);
        _reader->Finish(&_reply, &_status, this);
    }

    void verify(const Text& request) const {
        if (!_status.ok()) {
            throw std::runtime_error("call failed: " + _status.error_message());
        }
        if (_reply.text() != request.text()) {
            throw std::runtime_error("reply with another text than the request's");
        }
    }

    int64_t sent_at() const { return _sent_at; }

private:
    EchoRpc::Stub& _stub;
    std::optional<grpc::ClientContext> _context;
    Text _reply;
    grpc::Status _status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Text>> _reader;
    int64_t _sent_at = 0;
};

class grpc_client final : public load_client {
public:
    explicit grpc_client(const load_options& options) {
        _request.set_text(std::string(options.text_bytes, 'x'));
        grpc::ChannelArguments arguments;
        arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // else all channels share one connection
        const std::string address = "127.0.0.1:" + std::to_string(options.port);
        for (unsigned i = 0; i < options.connections; ++i) {
            _stubs.push_back(EchoRpc::NewStub(
                grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
            for (unsigned k = 0; k < options.inflight; ++k) {
                _callers.push_back(std::make_unique<caller>(*_stubs.back()));
            }
        }
    }
    ~grpc_client() override {
        _queue.Shutdown();
        void* tag = nullptr;
        bool ok = false;
        while (_queue.Next(&tag, &ok)) {
        }
    }

    uint64_t run(phase_limit limit, histogram& latency) override {
        uint64_t replies = 0;
        uint64_t open = 0;
        for (auto& c : _callers) {
            const int64_t now = now_ns();
            if (limit.take(now)) {
                c->start(_request, _queue, now);
                ++open;
            }
        }
        int64_t last_reply = now_ns();
        while (open > 0) {
            void* tag = nullptr;
            bool ok = false;
            const auto status = _queue.AsyncNext(&tag, &ok, gpr_time_0(GPR_CLOCK_MONOTONIC));
            const int64_t now = now_ns();
            if (status != grpc::CompletionQueue::GOT_EVENT) {
                if (now - last_reply > patience_ns) {
                    throw std::runtime_error("no reply for 10 s");
                }
                continue;
            }
            last_reply = now;
            auto& c = *static_cast<caller*>(tag);
            c.verify(_request);
            latency.record(now - c.sent_at());
            ++replies;
            if (limit.take(now)) {
                c.start(_request, _queue, now);
            } else {
                --open;
            }
        }
        return replies;
    }

    std::string server_counters() override { throw std::runtime_error("--counters is not for gRPC"); }

private:
    Text _request;
    grpc::CompletionQueue _queue;
    std::vector<std::unique_ptr<EchoRpc::Stub>> _stubs;
    std::vector<std::unique_ptr<caller>> _callers;
};

}
}

int main(int argc, char** argv) {
    return bench::load_main(argc, argv,
                            [](const auto& options) { return std::make_unique<bench::grpc_client>(options); });
}
