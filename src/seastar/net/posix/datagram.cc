// A datagram is moved by one system call when it can be; the ring is asked only to wait until that is so.
#include "net/posix/datagram.hh"

#include <seastar/core/circular_buffer.hh>
#include <seastar/net/stack.hh>

#include "kernel/fd.hh"
#include "kernel/sockets.hh"
#include "loop/shard.hh"
#include "net/posix/shard_list.hh"
#include "net/posix/socket_error.hh"

#include <array>
#include <climits>
#include <cstring>
#include <memory>
#include <poll.h>
#include <system_error>

namespace seastar::net::posix {

namespace {

// More than a datagram can have.
constexpr size_t datagram_size_max = 64 * 1024;

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(-result, std::system_category(), what);
    }
    return result;
}

/// What came, with its addresses.
class received_datagram final : public datagram_impl {
    socket_address _from, _to;
    temporary_buffer<char> _buffer;

public:
    received_datagram(socket_address from, socket_address to, temporary_buffer<char> buffer) noexcept
        : _from(from), _to(to), _buffer(std::move(buffer)) {}
    socket_address get_src() override { return _from; }
    socket_address get_dst() override { return _to; }
    uint16_t get_dst_port() override { return _to.is_af_unix() ? 0 : _to.port(); }
    std::span<temporary_buffer<char>> get_buffers() override { return {&_buffer, 1}; }
};

/// The address that a message was sent to; `local` if the kernel does not say.
socket_address destination(const msghdr& message, socket_address local) noexcept {
    for (auto* c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(const_cast<msghdr*>(&message), c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            in_pktinfo info;
            std::memcpy(&info, CMSG_DATA(c), sizeof(info));
            local.as_posix_sockaddr_in().sin_addr = info.ipi_addr;
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info;
            std::memcpy(&info, CMSG_DATA(c), sizeof(info));
            local.as_posix_sockaddr_in6().sin6_addr = info.ipi6_addr;
        }
    }
    return local;
}

/// A socket, kept by its channel, and beyond that until the ring has let go of it. Shard: the one that made it.
class datagram_socket {
    struct readiness final : kernel::operation {
        datagram_socket& owner;
        void (datagram_socket::*ready)() noexcept;
        readiness(datagram_socket& o, void (datagram_socket::*r)() noexcept) noexcept : owner(o), ready(r) {}
        void complete(int32_t) noexcept override { (owner.*ready)(); }
    };
    struct message {
        socket_address to;
        packet data;
        promise<> sent;
    };

    int _fd; ///< -1: closed
    socket_address _local;
    bool _held = true;       ///< by its channel
    bool _abandoned = false; ///< the shard stops
    bool _input_shut = false;
    bool _output_shut = false;

    readiness _input{*this, &datagram_socket::input_ready};
    bool _receiving = false;
    promise<datagram> _receive;
    std::unique_ptr<char[]> _space;

    readiness _output{*this, &datagram_socket::output_ready};
    circular_buffer<message> _sending;

public:
    datagram_socket* _next = nullptr; // of the shard's list
    datagram_socket* _prev = nullptr;

    explicit datagram_socket(kernel::descriptor fd);

    const socket_address& local() noexcept;
    bool closed() const noexcept { return _fd < 0 || unwanted(); }
    bool busy() const noexcept { return _input.busy() || _output.busy(); }

    future<datagram> receive();
    future<> send(const socket_address& to, packet data);
    void shut_input() noexcept;
    void shut_output() noexcept;
    void close() noexcept;
    void let_go() noexcept;
    void abandon() noexcept;

private:
    ~datagram_socket();
    bool unwanted() const noexcept { return _abandoned || !_held || (_input_shut && _output_shut); }
    void wait(readiness& r, short events) noexcept;
    int64_t try_receive(std::unique_ptr<datagram_impl>& result);
    int64_t try_send(const socket_address& to, packet& data) noexcept;
    void input_ready() noexcept;
    void output_ready() noexcept;
    void cancel_all() noexcept;
    void close_when_idle() noexcept;
};

constinit thread_local shard_list<datagram_socket> sockets; // of this shard, for the way out

datagram_socket::datagram_socket(kernel::descriptor fd) : _fd(fd.release()) { sockets.add(*this); }

datagram_socket::~datagram_socket() { sockets.remove(*this); }

// An unbound socket gets its port with the first message.
const socket_address& datagram_socket::local() noexcept {
    kernel::endpoint e;
    if (_fd >= 0 && (_local.is_unspecified() || _local.port() == 0) && kernel::local_endpoint(_fd, e) == 0) {
        _local = socket_address(e.address(), e.length);
    }
    return _local;
}

void datagram_socket::wait(readiness& r, short events) noexcept {
    r.set_poll(_fd, events);
    loop::this_shard().ring().prepare(r);
}

// ---- input

future<datagram> datagram_socket::receive() {
    SEASTAR_ASSERT(!_receiving && "two calls of receive() at a time");
    if (_input_shut || closed()) {
        return make_exception_future<datagram>(socket_error(-ECONNABORTED, "receive"));
    }
    std::unique_ptr<datagram_impl> result;
    auto n = try_receive(result);
    if (n >= 0) {
        return make_ready_future<datagram>(std::move(result));
    }
    if (n != -EAGAIN) {
        return make_exception_future<datagram>(socket_error(n, "recvmsg"));
    }
    _receiving = true;
    _receive = {};
    wait(_input, POLLIN);
    return _receive.get_future();
}

int64_t datagram_socket::try_receive(std::unique_ptr<datagram_impl>& result) {
    if (!_space) {
        _space = std::make_unique_for_overwrite<char[]>(datagram_size_max);
    }
    kernel::endpoint from;
    iovec space{_space.get(), datagram_size_max};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> control;
    msghdr message{};
    message.msg_name = from.address();
    message.msg_namelen = sizeof(from.storage);
    message.msg_iov = &space;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto n = kernel::receive_message(_fd, message);
    if (n >= 0) {
        result = std::make_unique<received_datagram>(
            message.msg_namelen ? socket_address(from.address(), message.msg_namelen) : socket_address(),
            destination(message, local()), temporary_buffer<char>(_space.get(), static_cast<size_t>(n)));
    }
    return n;
}

void datagram_socket::input_ready() noexcept {
    if (!unwanted() && _receiving) {
        try {
            std::unique_ptr<datagram_impl> result;
            auto n = try_receive(result);
            if (n == -EAGAIN) { // another took it, or its checksum was wrong
                wait(_input, POLLIN);
                return;
            }
            _receiving = false;
            if (n >= 0) {
                _receive.set_value(datagram(std::move(result)));
            } else {
                _receive.set_exception(socket_error(n, "recvmsg"));
            }
        } catch (...) {
            _receiving = false;
            _receive.set_exception(std::current_exception());
        }
    }
    close_when_idle();
}

void datagram_socket::shut_input() noexcept {
    _input_shut = true;
    if (std::exchange(_receiving, false)) {
        _receive.set_exception(socket_error(-ECONNABORTED, "receive"));
    }
    if (_input.busy()) {
        loop::this_shard().ring().cancel(_input);
    }
    close_when_idle();
}

// ---- output

future<> datagram_socket::send(const socket_address& to, packet data) {
    if (_output_shut || closed()) {
        return make_exception_future<>(socket_error(-EPIPE, "send"));
    }
    if (data.nr_frags() > IOV_MAX) {
        data.linearize();
    }
    if (_sending.empty()) {
        auto n = try_send(to, data);
        if (n >= 0) {
            return make_ready_future<>();
        }
        if (n != -EAGAIN) {
            return make_exception_future<>(socket_error(n, "sendmsg"));
        }
        wait(_output, POLLOUT);
    }
    _sending.push_back(message{to, std::move(data), {}});
    return _sending.back().sent.get_future();
}

int64_t datagram_socket::try_send(const socket_address& to, packet& data) noexcept {
    static_assert(sizeof(fragment) == sizeof(iovec) && offsetof(fragment, size) == offsetof(iovec, iov_len));
    msghdr message{};
    message.msg_name = const_cast<sockaddr*>(&to.as_posix_sockaddr());
    message.msg_namelen = to.length();
    message.msg_iov = reinterpret_cast<iovec*>(data.fragments().data());
    message.msg_iovlen = data.nr_frags();
    return kernel::send_message(_fd, message);
}

void datagram_socket::output_ready() noexcept {
    while (!unwanted() && !_output_shut && !_sending.empty()) {
        auto& next = _sending.front();
        auto n = try_send(next.to, next.data);
        if (n == -EAGAIN) {
            wait(_output, POLLOUT);
            return;
        }
        if (n >= 0) {
            next.sent.set_value();
        } else {
            next.sent.set_exception(socket_error(n, "sendmsg"));
        }
        _sending.pop_front();
    }
    close_when_idle();
}

void datagram_socket::shut_output() noexcept {
    _output_shut = true;
    for (auto& m : std::exchange(_sending, {})) {
        m.sent.set_exception(socket_error(-EPIPE, "send"));
    }
    if (_output.busy()) {
        loop::this_shard().ring().cancel(_output);
    }
    close_when_idle();
}

// ---- the end

void datagram_socket::close() noexcept {
    if (!unwanted()) {
        shut_input();
        shut_output();
    }
}

void datagram_socket::let_go() noexcept {
    close();
    _held = false;
    close_when_idle();
}

void datagram_socket::abandon() noexcept {
    _abandoned = true;
    cancel_all();
    close_when_idle();
}

void datagram_socket::cancel_all() noexcept {
    for (auto* r : {&_input, &_output}) {
        if (r->busy()) {
            loop::this_shard().ring().cancel(*r);
        }
    }
}

/// Called whenever somebody has let go.
void datagram_socket::close_when_idle() noexcept {
    if (!unwanted() || busy()) {
        return;
    }
    if (_fd >= 0) {
        loop::this_shard().ring().close(std::exchange(_fd, -1));
    }
    if (!_held) {
        delete this;
    }
}

class posix_datagram_channel final : public datagram_channel_impl {
    datagram_socket* _socket;

public:
    explicit posix_datagram_channel(kernel::descriptor fd) : _socket(new datagram_socket(std::move(fd))) {}
    ~posix_datagram_channel() override { _socket->let_go(); }
    socket_address local_address() const override { return _socket->local(); }
    future<datagram> receive() override { return _socket->receive(); }
    future<> send(const socket_address& dst, const char* message) override {
        return _socket->send(dst, packet(message, std::strlen(message)));
    }
    future<> send(const socket_address& dst, packet p) override { return _socket->send(dst, std::move(p)); }
    future<> send(const socket_address& dst, std::span<temporary_buffer<char>> buffers) override {
        std::vector<temporary_buffer<char>> all(std::make_move_iterator(buffers.begin()),
                                                std::make_move_iterator(buffers.end()));
        return _socket->send(dst, packet(std::move(all)));
    }
    void shutdown_input() override { _socket->shut_input(); }
    void shutdown_output() override { _socket->shut_output(); }
    bool is_closed() const override { return _socket->closed(); }
    void close() override { _socket->close(); }
};

kernel::descriptor open(sa_family_t family) {
    kernel::descriptor fd(checked(kernel::open_socket(family, SOCK_DGRAM), "socket"));
    if (family == AF_INET) {
        checked(kernel::set_option(fd.get(), IPPROTO_IP, IP_PKTINFO, 1), "setsockopt IP_PKTINFO");
    } else if (family == AF_INET6) {
        checked(kernel::set_option(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1), "setsockopt IPV6_RECVPKTINFO");
    }
    return fd;
}

datagram_channel make_channel(kernel::descriptor fd) {
    return datagram_channel(std::make_unique<posix_datagram_channel>(std::move(fd)));
}

}

datagram_channel make_datagram_channel(sa_family_t family) { return make_channel(open(family)); }

datagram_channel make_datagram_channel(const socket_address& local) {
    auto fd = open(local.family());
    checked(kernel::bind_socket(fd.get(), &local.as_posix_sockaddr(), local.length()), "bind");
    return make_channel(std::move(fd));
}

void abandon_datagrams() noexcept {
    sockets.for_each([](datagram_socket& s) { s.abandon(); });
}
bool datagrams_busy() noexcept {
    return sockets.find([](datagram_socket& s) { return s.busy(); });
}

}
