#include "net/posix/listener.hh"

#include <seastar/core/circular_buffer.hh>
#include <seastar/core/lowres_clock.hh>
#include <seastar/core/shard_id.hh>
#include <seastar/core/smp.hh>
#include <seastar/core/timer.hh>

#include "kernel/fd.hh"
#include "kernel/operation.hh"
#include "kernel/sockets.hh"
#include "loop/shard.hh"
#include "net/posix/posix_socket.hh"
#include "net/posix/shard_list.hh"
#include "net/posix/socket_counters.hh"

#include <algorithm>
#include <system_error>

namespace seastar::net::posix {

namespace {

[[noreturn]] void throw_errno(int error, const char* what) {
    throw std::system_error(-error, std::system_category(), what);
}

void check(int result, const char* what) {
    if (result < 0) {
        throw_errno(result, what);
    }
}

/// Runs func on a shard, some time; nobody waits for it.
template <typename Func>
void run_on(unsigned shard, Func func) {
    (void)smp::submit_to(shard, std::move(func)).handle_exception([](std::exception_ptr) {});
}

// How long accepting rests when descriptors or memory have run out.
constexpr std::chrono::milliseconds shortest_pause(100);
constexpr std::chrono::milliseconds longest_pause(800);

class server_socket;
class listener;
void drop(listener_state& state, int fd) noexcept;

/// What this shard has to do with listening.
struct shard_listening {
    listener_registry* registry = nullptr;
    shard_list<server_socket> sockets; // that listen on this shard
    shard_list<listener> listeners;    // that this shard owns
};
constinit thread_local shard_listening here;

/// The owner's part. Lives until nobody listens any more and the kernel has let go of the socket.
class listener final : kernel::acceptor {
public:
    listener(int fd, std::shared_ptr<listener_state> state)
        : _fd(fd), _state(std::move(state)), _listening(here.registry->shards()) {
        _retry.set_callback([this] { arm(); });
        here.listeners.add(*this);
    }

    void add(unsigned shard) noexcept {
        _listening[shard] = true;
        arm();
    }
    void remove(unsigned shard) noexcept {
        _listening[shard] = false;
        close_if_unused();
    }
    /// Connections that waited were taken or are gone.
    void resume() noexcept {
        if (_state->waiting.load() < limit()) {
            arm();
        }
    }
    const listener_state& state() const noexcept { return *_state; }
    bool in_kernel() const noexcept { return busy(); }
    /// The process stops: closed whoever listens.
    void abandon() noexcept {
        _abandoned = true;
        std::fill(_listening.begin(), _listening.end(), false);
        close_if_unused();
    }

    listener* _next = nullptr;
    listener* _prev = nullptr;

private:
    ~listener() = default;
    bool used() const noexcept { return std::find(_listening.begin(), _listening.end(), true) != _listening.end(); }

    void arm() noexcept {
        _state->paused = false;
        if (!busy() && used()) {
            _retry.cancel();
            set_accept_stream(_fd);
            loop::this_shard().ring().prepare(*this);
        }
    }

    void accepted(int fd) noexcept override {
        _pause = shortest_pause;
        auto target = choose(fd);
        if (target >= _listening.size()) {
            loop::this_shard().ring().close(fd); // nobody listens any more
            return;
        }
        _state->connection_opened(target);
        auto waiting = _state->waiting.fetch_add(1) + 1;
        if (target == _state->owner) {
            deliver(*_state, fd);
        } else {
            (void)smp::submit_to(target, [state = _state, fd] { deliver(*state, fd); })
                .handle_exception([state = _state, fd](std::exception_ptr) { drop(*state, fd); }); // it never left
        }
        // What nobody asks for stays in the kernel's queue.
        if (waiting >= limit() && !_state->paused.exchange(true)) {
            loop::this_shard().ring().cancel(*this);
        }
    }

    void complete(int32_t result) noexcept override {
        if (!used()) {
            close_if_unused();
        } else if (_state->paused) {
            if (_state->waiting < limit()) {
                arm();
            }
        } else if (result == -ECANCELED) {
            arm();
        } else {
            // Out of descriptors or memory: others may give some back.
            ++counters().accept_failures;
            _retry.rearm(_pause);
            _pause = std::min(_pause * 2, longest_pause);
        }
    }

    unsigned limit() const noexcept { return static_cast<unsigned>(std::max(_state->options.listen_backlog, 1)); }

    unsigned choose(int fd) noexcept {
        using algorithm = seastar::server_socket::load_balancing_algorithm;
        auto shards = static_cast<unsigned>(_listening.size());
        auto wanted = shards;
        if (_state->options.lba == algorithm::fixed) {
            wanted = _state->options.fixed_cpu % shards;
        } else if (_state->options.lba == algorithm::port) {
            kernel::endpoint peer;
            if (kernel::remote_endpoint(fd, peer) == 0) {
                wanted = socket_address(peer.address(), peer.length).port() % shards;
            }
        }
        if (wanted < shards && _listening[wanted]) {
            return wanted;
        }
        // The fewest connections; of equals the first after the last choice.
        auto best = shards;
        for (unsigned i = 0; i < shards; ++i) {
            auto shard = (_rotation + i) % shards;
            if (_listening[shard] &&
                (best == shards || _state->open_connections(shard) < _state->open_connections(best))) {
                best = shard;
            }
        }
        if (best < shards) {
            _rotation = best + 1;
        }
        return best;
    }

    void close_if_unused() noexcept {
        if (used()) {
            return;
        }
        if (busy()) {
            loop::this_shard().ring().cancel(*this);
            return;
        }
        if (_abandoned || here.registry->remove_if_unused(*_state)) {
            loop::this_shard().ring().close(_fd);
            here.listeners.remove(*this);
            delete this;
        }
        // Else a shard has joined, whose add() is on its way.
    }

    static void deliver(listener_state& state, int fd) noexcept;

    const int _fd;
    std::shared_ptr<listener_state> _state;
    std::vector<bool> _listening;
    unsigned _rotation = 0;
    timer<lowres_clock> _retry;
    std::chrono::milliseconds _pause = shortest_pause;
    bool _abandoned = false;
};

listener* owned_listener(uint64_t id) noexcept {
    return here.listeners.find([id](listener& l) { return l.state().id == id; });
}

/// Runs func(listener&) on the owner, where the listener still is.
template <typename Func>
void on_owner(const listener_state& state, Func func) {
    auto run = [id = state.id, func] {
        if (auto* l = owned_listener(id)) {
            func(*l);
        }
    };
    if (state.owner == this_shard_id()) {
        run();
    } else {
        run_on(state.owner, run);
    }
}

/// A connection that waited does so no more: below half the limit accepting goes on.
void no_longer_waiting(listener_state& state) noexcept {
    auto left = state.waiting.fetch_sub(1) - 1;
    if (left <= static_cast<unsigned>(std::max(state.options.listen_backlog, 1)) / 2 && state.paused) {
        on_owner(state, [](listener& l) { l.resume(); });
    }
}

/// Nobody wants the connection.
void drop(listener_state& state, int fd) noexcept {
    loop::this_shard().ring().close(fd);
    state.connection_closed();
    no_longer_waiting(state);
}

/// One shard's end of a listener.
class server_socket final : public server_socket_impl {
public:
    explicit server_socket(std::shared_ptr<listener_state> state) : _state(std::move(state)) {
        here.sockets.add(*this);
    }
    ~server_socket() override {
        leave();
        here.sockets.remove(*this);
    }

    future<accept_result> accept() override {
        while (!_queue.empty()) {
            auto fd = _queue.front();
            _queue.pop_front();
            try {
                return make_ready_future<accept_result>(take(fd));
            } catch (const std::bad_alloc&) {
                ++counters().accept_failures; // as if the peer had gone
            }
        }
        SEASTAR_ASSERT(!_accepting && "two accepts of one listener at a time");
        _accepting.emplace();
        return _accepting->get_future();
    }

    void abort_accept() override {
        leave();
        if (_accepting) {
            auto waiter = std::move(*_accepting);
            _accepting.reset();
            waiter.set_exception(std::system_error(ECONNABORTED, std::system_category(), "accept was aborted"));
        }
    }

    socket_address local_address() const override { return _state->address; }

    void deliver(int fd) noexcept {
        if (!_accepting) {
            try {
                _queue.push_back(fd);
            } catch (const std::bad_alloc&) {
                drop(*_state, fd);
            }
            return;
        }
        try {
            auto result = take(fd);
            auto waiter = std::move(*_accepting);
            _accepting.reset();
            waiter.set_value(std::move(result));
        } catch (const std::bad_alloc&) {
            ++counters().accept_failures; // as if the peer had gone: whoever waits goes on waiting
        }
    }

    const listener_state& state() const noexcept { return *_state; }
    bool listening() const noexcept { return !_left; }
    /// The shard stops: nobody can be told any more.
    void abandon() noexcept {
        _left = true;
        for (; !_queue.empty(); _queue.pop_front()) {
            loop::this_shard().ring().close(_queue.front());
        }
    }

    server_socket* _next = nullptr;
    server_socket* _prev = nullptr;

private:
    /// Takes the descriptor over, also when there is no memory.
    accept_result take(int fd) {
        no_longer_waiting(*_state);
        kernel::endpoint peer;
        socket_address remote;
        if (kernel::remote_endpoint(fd, peer) == 0) {
            remote = socket_address(peer.address(), peer.length);
        }
        return {make_connected_socket(fd, _state), remote};
    }
    void drop_queue() noexcept {
        for (; !_queue.empty(); _queue.pop_front()) {
            drop(*_state, _queue.front());
        }
    }
    void leave() noexcept {
        if (_left) {
            return;
        }
        _left = true;
        drop_queue();
        here.registry->leave(*_state, this_shard_id());
        on_owner(*_state, [shard = this_shard_id()](listener& l) { l.remove(shard); });
    }

    std::shared_ptr<listener_state> _state;
    circular_buffer<int> _queue;
    std::optional<promise<accept_result>> _accepting;
    bool _left = false;
};

void listener::deliver(listener_state& state, int fd) noexcept {
    auto* socket = here.sockets.find([&](server_socket& s) { return s.state().id == state.id && s.listening(); });
    if (socket) {
        socket->deliver(fd);
    } else {
        drop(state, fd);
    }
}

}

void set_registry(listener_registry* registry) noexcept { here.registry = registry; }

// ---- listening

std::unique_ptr<server_socket_impl> listen(socket_address address, listen_options options) {
    SEASTAR_ASSERT(here.registry);
    if (options.proxy_protocol) {
        throw_errno(-EOPNOTSUPP, "listen: the proxy protocol");
    }
    if (auto state = here.registry->join(address, this_shard_id())) {
        auto socket = std::make_unique<server_socket>(state);
        on_owner(*state, [shard = this_shard_id()](listener& l) { l.add(shard); });
        return socket;
    }
    bool tcp = !address.is_af_unix();
    int fd = kernel::open_socket(address.family(), SOCK_STREAM,
                                 tcp ? static_cast<int>(options.proto) : 0);
    check(fd, "socket");
    kernel::descriptor owned(fd);
    if (tcp) {
        check(kernel::set_reuse_address(fd, options.reuse_address), "setsockopt SO_REUSEADDR");
        if (address.family() == AF_INET6) {
            check(kernel::set_ipv6_only(fd, true), "setsockopt IPV6_V6ONLY");
        }
    }
    if (options.so_sndbuf) {
        check(kernel::set_option(fd, SOL_SOCKET, SO_SNDBUF, *options.so_sndbuf), "setsockopt SO_SNDBUF");
    }
    if (options.so_rcvbuf) {
        check(kernel::set_option(fd, SOL_SOCKET, SO_RCVBUF, *options.so_rcvbuf), "setsockopt SO_RCVBUF");
    }
    check(kernel::bind_socket(fd, &address.as_posix_sockaddr(), address.length()), "bind");
    check(kernel::listen_socket(fd, options.listen_backlog), "listen");
    kernel::endpoint bound;
    check(kernel::local_endpoint(fd, bound), "getsockname");
    auto state = here.registry->add(socket_address(bound.address(), bound.length), options, this_shard_id());
    auto* l = new listener(owned.release(), state);
    auto socket = std::make_unique<server_socket>(state);
    l->add(this_shard_id());
    return socket;
}

void abandon_listeners() noexcept {
    here.sockets.for_each([](server_socket& s) { s.abandon(); });
    here.listeners.for_each([](listener& l) { l.abandon(); });
}

bool listeners_busy() noexcept {
    return here.listeners.find([](listener& l) { return l.in_kernel(); });
}

}
