#include "net/posix/posix_socket.hh"

#include "kernel/fd.hh"
#include "kernel/sockets.hh"
#include "loop/shard.hh"
#include "net/posix/connection.hh"
#include "net/posix/connection_streams.hh"
#include "net/posix/listener_registry.hh"
#include "net/posix/socket_error.hh"

#include <netinet/in.h>
#include <optional>
#include <system_error>

namespace seastar::net::posix {

namespace {

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(-result, std::system_category(), what);
    }
    return result;
}

class posix_connected_socket final : public connected_socket_impl {
    connection_ptr _c;

    socket_address address(int (*get)(int, kernel::endpoint&) noexcept) const noexcept {
        kernel::endpoint e;
        return get(_c->fd(), e) == 0 ? socket_address(e.address(), e.length) : socket_address();
    }

public:
    explicit posix_connected_socket(connection_ptr c) noexcept : _c(std::move(c)) {}

    data_source source() override { return data_source(std::make_unique<connection_source>(_c)); }
    data_source source(connected_socket_input_stream_config config) override {
        _c->set_read_ahead(config.max_buffer_size);
        return source();
    }
    data_sink sink() override { return data_sink(std::make_unique<connection_sink>(_c)); }
    void shutdown_input() override { _c->shutdown(SHUT_RD); }
    void shutdown_output() override { _c->shutdown(SHUT_WR); }

    void set_nodelay(bool on) override { checked(kernel::set_no_delay(_c->fd(), on), "setsockopt TCP_NODELAY"); }
    bool get_nodelay() const override { return checked(kernel::get_no_delay(_c->fd()), "getsockopt TCP_NODELAY") != 0; }
    void set_keepalive(bool on) override { checked(kernel::set_keepalive(_c->fd(), on), "setsockopt SO_KEEPALIVE"); }
    bool get_keepalive() const override {
        return checked(kernel::get_keepalive(_c->fd()), "getsockopt SO_KEEPALIVE") != 0;
    }
    void set_keepalive_parameters(const keepalive_params& params) override {
        auto& tcp = std::get<tcp_keepalive_params>(params);
        kernel::keepalive_times times;
        times.idle_s = static_cast<int>(tcp.idle.count());
        times.interval_s = static_cast<int>(tcp.interval.count());
        times.probes = static_cast<int>(tcp.count);
        checked(kernel::set_keepalive_times(_c->fd(), times), "setsockopt TCP_KEEPIDLE");
    }
    keepalive_params get_keepalive_parameters() const override {
        kernel::keepalive_times times;
        checked(kernel::get_keepalive_times(_c->fd(), times), "getsockopt TCP_KEEPIDLE");
        return tcp_keepalive_params{std::chrono::seconds(times.idle_s), std::chrono::seconds(times.interval_s),
                                    static_cast<unsigned>(times.probes)};
    }
    void set_sockopt(int level, int optname, const void* data, size_t len) override {
        checked(kernel::set_option(_c->fd(), level, optname, data, static_cast<socklen_t>(len)), "setsockopt");
    }
    int get_sockopt(int level, int optname, void* data, size_t len) const override {
        auto size = static_cast<socklen_t>(len);
        checked(kernel::get_option(_c->fd(), level, optname, data, size), "getsockopt");
        return static_cast<int>(size);
    }
    socket_address local_address() const noexcept override { return address(kernel::local_endpoint); }
    socket_address remote_address() const noexcept override { return address(kernel::remote_endpoint); }
    future<> wait_input_shutdown() override { return _c->input_ended(); }
};

/// Takes the descriptor over, also when it fails.
connection_ptr make_connection(int fd, std::shared_ptr<listener_state> listener) {
    try {
        return connection_ptr(new connection(fd, 1, listener)); // the one count is connection_ptr's
    } catch (...) {
        loop::this_shard().ring().close(fd);
        if (listener) {
            listener->connection_closed();
        }
        throw;
    }
}

class posix_socket;

/// A connect() in the kernel, which outlives whoever asked for it.
class connecting final : public kernel::operation {
    const int _fd;
    const socket_address _address;
    promise<connected_socket> _promise;
    enum class fate : uint8_t { wanted, aborted, abandoned } _fate = fate::wanted;
    posix_socket* _owner;

public:
    connecting* _next = nullptr;
    connecting* _prev = nullptr;

    connecting(int fd, socket_address address, posix_socket* owner) noexcept;
    future<connected_socket> start() {
        auto f = _promise.get_future();
        set_connect(_fd, &_address.as_posix_sockaddr(), _address.length());
        loop::this_shard().ring().prepare(*this);
        return f;
    }
    void abort() noexcept {
        _fate = fate::aborted;
        loop::this_shard().ring().cancel(*this);
    }
    void abandon() noexcept {
        _fate = fate::abandoned;
        loop::this_shard().ring().cancel(*this);
    }
    void disown() noexcept { _owner = nullptr; }

private:
    ~connecting();
    void complete(int32_t result) noexcept override;
};

constinit thread_local shard_list<connecting> pending; // of this shard, for the way out

class posix_socket final : public socket_impl {
    connecting* _connecting = nullptr;
    connection_ptr _connected;
    bool _reuse_address = false;

public:
    posix_socket() = default;
    ~posix_socket() override {
        if (_connecting) {
            _connecting->disown(); // the future goes on
        }
    }
    future<connected_socket> connect(socket_address address, socket_address local, transport proto) override {
        SEASTAR_ASSERT(!_connecting && "connect() is under way");
        try {
            kernel::descriptor fd(checked(
                kernel::open_socket(address.family(), SOCK_STREAM, address.is_af_unix() ? 0 : static_cast<int>(proto)),
                "socket"));
            if (!local.is_unspecified() && !local.is_wildcard()) {
                checked(kernel::set_reuse_address(fd.get(), _reuse_address), "setsockopt SO_REUSEADDR");
                checked(kernel::bind_socket(fd.get(), &local.as_posix_sockaddr(), local.length()), "bind");
            }
            _connecting = new connecting(fd.get(), address, this);
            fd.release();
            return _connecting->start();
        } catch (...) {
            return current_exception_as_future<connected_socket>();
        }
    }
    void connect_ended(connection_ptr c) noexcept {
        _connecting = nullptr;
        _connected = std::move(c);
    }
    void set_reuseaddr(bool reuseaddr) override { _reuse_address = reuseaddr; }
    bool get_reuseaddr() const override { return _reuse_address; }
    void shutdown() override {
        if (_connecting) {
            _connecting->abort();
        } else if (_connected) {
            _connected->shutdown(SHUT_RDWR);
        }
    }
};

connecting::connecting(int fd, socket_address address, posix_socket* owner) noexcept
    : _fd(fd), _address(address), _owner(owner) {
    pending.add(*this);
}

connecting::~connecting() { pending.remove(*this); }

void connecting::complete(int32_t result) noexcept {
    if (result == 0 && _fate == fate::wanted) {
        connection_ptr c;
        try {
            c = make_connection(_fd, nullptr);
            if (_owner) {
                _owner->connect_ended(c);
            }
            _promise.set_value(connected_socket(std::make_unique<posix_connected_socket>(std::move(c))));
        } catch (...) { // no memory
            if (_owner) {
                _owner->connect_ended({});
            }
            _promise.set_exception(std::current_exception());
        }
    } else {
        loop::this_shard().ring().close(_fd);
        if (_owner) {
            _owner->connect_ended({});
        }
        if (_fate == fate::abandoned) {
            return; // with the promise: whoever waits for it goes on waiting
        }
        _promise.set_exception(socket_error(_fate == fate::aborted ? -ECONNABORTED : result, "connect"));
    }
    delete this;
}

}

void abandon_connecting() noexcept {
    pending.for_each([](connecting& c) { c.abandon(); });
}
bool connecting_busy() noexcept {
    return pending.find([](connecting& c) { return c.busy(); });
}

connected_socket make_connected_socket(int fd, std::shared_ptr<listener_state> listener) {
    return connected_socket(std::make_unique<posix_connected_socket>(make_connection(fd, std::move(listener))));
}

std::unique_ptr<socket_impl> make_socket() { return std::make_unique<posix_socket>(); }

}
