/// The load client for capnp_server: as load.cc, one spinning thread, `connections` TCP connections with a two-party
/// client each and `inflight` calls on every one; replies are verified; same options, same output.
#include "../common/load_session.hh"
#include "echo.capnp.h"

#include <capnp/rpc-twoparty.h>
#include <kj/async-io.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {
namespace {

constexpr int64_t patience_ns = 10'000'000'000; // without any reply

class capnp_client final : public load_client, private kj::TaskSet::ErrorHandler {
public:
    explicit capnp_client(const load_options& options)
        : _text(options.text_bytes, 'x'), _inflight(options.inflight), _io(kj::setupAsyncIo()), _calls(*this) {
        auto address = _io.provider->getNetwork().parseAddress("127.0.0.1", options.port).wait(_io.waitScope);
        for (unsigned i = 0; i < options.connections; ++i) {
            _connections.push_back(std::make_unique<connection>(address->connect().wait(_io.waitScope)));
            _connections.back()->echo.whenResolved().wait(_io.waitScope);
        }
    }
    ~capnp_client() noexcept override {} // kj's destructors may throw

    uint64_t run(phase_limit limit, histogram& latency) override {
        phase now_running{limit, latency};
        for (auto& c : _connections) {
            for (unsigned i = 0; i < _inflight; ++i) {
                call(c->echo, now_running, now_ns());
            }
        }
        uint64_t seen = 0;
        for (int64_t last_reply = now_ns(); now_running.open > 0;) {
            _io.waitScope.poll(); // never sleeps
            if (!_failure.empty()) {
                throw std::runtime_error("call failed: " + _failure);
            }
            if (now_running.replies != seen) {
                seen = now_running.replies;
                last_reply = now_ns();
            } else if (now_ns() - last_reply > patience_ns) {
                throw std::runtime_error("no reply for 10 s");
            }
        }
        return seen;
    }

    std::string server_counters() override { throw std::runtime_error("--counters is not for Cap'n Proto"); }

private:
    struct connection {
        explicit connection(kj::Own<kj::AsyncIoStream> connected)
            : stream(kj::mv(connected)), client(*stream), echo(client.bootstrap().castAs<EchoRpc>()) {}
        kj::Own<kj::AsyncIoStream> stream;
        capnp::TwoPartyClient client;
        EchoRpc::Client echo;
    };

    struct phase {
        phase_limit limit;
        histogram& latency;
        uint64_t open = 0;
        uint64_t replies = 0;
    };

    /// Sends one request, and another one when its reply is there, until the limit.
    void call(EchoRpc::Client& echo, phase& p, int64_t now) {
        if (!p.limit.take(now)) {
            return;
        }
        ++p.open;
        auto request = echo.echoRequest();
        request.setText(capnp::Text::Reader(_text.c_str(), _text.size()));
        _calls.add(request.send().then([this, &echo, &p, sent_at = now](auto&& response) {
            if (response.getText() != _text.c_str()) {
                throw std::runtime_error("reply with another text than the request's");
            }
            const int64_t arrived = now_ns();
            p.latency.record(arrived - sent_at);
            ++p.replies;
            --p.open;
            call(echo, p, arrived);
        }));
    }

    void taskFailed(kj::Exception&& e) override { _failure = e.getDescription().cStr(); }

    const std::string _text;
    const unsigned _inflight;
    std::string _failure;
    kj::AsyncIoContext _io;
    std::vector<std::unique_ptr<connection>> _connections;
    kj::TaskSet _calls;
};

}
}

int main(int argc, char** argv) {
    return bench::load_main(argc, argv,
                            [](const auto& options) { return std::make_unique<bench::capnp_client>(options); });
}
