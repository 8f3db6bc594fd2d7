/// Attempts, and the pauses between them.
#include <smf/reconnect_client.h>

#include <smf/log.h>
#include <smf/random.h>
#include <smf/rpc_error.h>

#include <seastar/core/abort_source.hh>
#include <seastar/core/gate.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/shared_future.hh>
#include <seastar/core/sleep.hh>

#include <optional>
#include <ostream>

namespace smf {

namespace {
constexpr uint16_t steps[] = {0, 1, 3, 5, 10, 20, 30, 60, 300, 600, 1800};
constexpr uint32_t jitter_ms = 100; // so that the clients of a server that comes back do not come all at once
}

std::chrono::seconds reconnect_backoff::value() const noexcept {
    return std::chrono::seconds(steps[_step]);
}

void reconnect_backoff::next() noexcept {
    if (_step + 1u < std::size(steps)) {
        ++_step;
    }
}

std::ostream& operator<<(std::ostream& o, const reconnect_backoff& b) {
    return o << "smf::reconnect_backoff{ " << b.value().count() << "secs }";
}

namespace internal {

class reconnector final : public seastar::enable_lw_shared_from_this<reconnector> {
public:
    explicit reconnector(seastar::shared_ptr<rpc_client> c) : _client(std::move(c)) {}

    seastar::future<> connect() {
        if (_stop_requested.abort_requested()) {
            return seastar::make_exception_future<>(remote_connection_error("the client was stopped"));
        }
        if (_trying || _client->is_conn_valid()) {
            return seastar::make_ready_future<>(); // calls wait for an attempt that is under way
        }
        _trying = true;
        return attempt().then([self = shared_from_this(), holder = _gate.hold()](bool connected) mutable {
            if (connected) {
                self->_trying = false;
                return;
            }
            auto trying = self->keep_trying();
            (void)std::move(trying).finally([self = std::move(self), holder = std::move(holder)] {
                self->_trying = false;
            });
        });
    }

    seastar::future<> stop() {
        if (!_stopped) {
            _stop_requested.request_abort();
            _stopped.emplace(_client->stop().then([self = shared_from_this()] { return self->_gate.close(); }));
        }
        return _stopped->get_future();
    }

    const reconnect_backoff& backoff() const noexcept { return _backoff; }

private:
    /// Whether there is a connection now. Never fails.
    seastar::future<bool> attempt() {
        return _client->connect().then_wrapped([self = shared_from_this()](seastar::future<> f) {
            if (!f.failed()) {
                self->_backoff.reset();
                return true;
            }
            auto why = f.get_exception();
            if (self->_client->is_conn_valid()) {
                return true; // its user was faster
            }
            self->_backoff.next();
            if (!self->_stop_requested.abort_requested()) {
                LOG_WARN("cannot connect to {}: {}; trying again in {} s", self->_client->server_addr, why,
                         self->_backoff.value().count());
            }
            return false;
        });
    }

    /// Attempts and pauses, until one succeeds or stop(). Never fails.
    seastar::future<> keep_trying() {
        return seastar::repeat([this] {
            std::chrono::milliseconds pause = _backoff.value();
            pause += std::chrono::milliseconds(_random.next() % jitter_ms);
            return seastar::sleep_abortable<seastar::lowres_clock>(pause, _stop_requested)
                .then_wrapped([this](seastar::future<> slept) {
                    slept.ignore_ready_future();
                    auto done = _stop_requested.abort_requested() || _client->is_conn_valid();
                    return done ? seastar::make_ready_future<bool>(true) : attempt();
                })
                .then([](bool done) { return seastar::stop_iteration(done); });
        });
    }

    seastar::shared_ptr<rpc_client> _client;
    reconnect_backoff _backoff;
    random _random;
    seastar::abort_source _stop_requested;
    seastar::gate _gate; // holds the attempts
    std::optional<seastar::shared_future<>> _stopped;
    bool _trying = false;
};

reconnector_handle::reconnector_handle(seastar::shared_ptr<rpc_client> client)
    : _core(seastar::make_lw_shared<reconnector>(std::move(client))) {}
reconnector_handle::reconnector_handle(reconnector_handle&&) noexcept = default;
reconnector_handle::~reconnector_handle() = default;

seastar::future<> reconnector_handle::connect() {
    return _core->connect();
}
seastar::future<> reconnector_handle::stop() {
    return _core->stop();
}
const reconnect_backoff& reconnector_handle::backoff() const noexcept {
    return _core->backoff();
}

}

}
