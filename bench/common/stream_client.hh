/// The load client of every protocol of requests and replies over one byte stream: one thread that spins over epoll
/// and never sleeps, so that no server pays for waking it. Keeps `inflight` requests open on each connection: what a
/// read answers is asked again with one write. Every reply is verified by the protocol.
///
/// A protocol is a class with
///     void append_request(std::vector<char>& out, uint16_t ticket) const;
///     size_t reply_bytes(const char* data, size_t available) const;   // 0: not known yet, or malformed_reply
///     uint16_t verify(std::string_view reply, uint16_t oldest) const; // the ticket of the request it answers; throws
/// where a ticket (1 to 65535) names a request in flight on its connection. A protocol whose replies come in the order
/// of the requests carries no tickets and returns `oldest`, that of the request that waits longest.
#pragma once

#include "load_session.hh"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

inline constexpr size_t malformed_reply = SIZE_MAX;

namespace internal {

/// A connected socket with what was read and what is to be written.
class byte_stream {
public:
    explicit byte_stream(uint16_t port); ///< on 127.0.0.1
    byte_stream(const byte_stream&) = delete;
    ~byte_stream();

    int fd() const { return _fd; }
    std::vector<char>& out() { return _out; }
    std::string_view in() const { return {_in.data(), _filled}; }
    /// Reads once, if there is something.
    void receive();
    void consume(size_t bytes);
    /// True when everything is sent; otherwise the caller waits for the socket.
    bool flush();

private:
    const int _fd;
    std::vector<char> _out;
    size_t _sent = 0;
    std::vector<char> _in = std::vector<char>(256 * 1024);
    size_t _filled = 0;
};

/// The requests in flight on one connection.
class tickets {
public:
    explicit tickets(unsigned inflight);

    bool any_free() const { return _busy < _slots.size(); }
    /// The ticket of the request that is sent now. Requires any_free().
    uint16_t take_free(int64_t now);
    uint16_t oldest() const { return _slots[_oldest].ticket; }
    /// When the request was sent that the reply belongs to; its slot is free again. Throws when there is none.
    int64_t release(uint16_t ticket);
    /// The next ticket of the slot that was released last.
    uint16_t again(int64_t now) { return send_in(_slots[_released], now); }

private:
    struct slot {
        uint16_t ticket;
        bool busy = false;
        int64_t sent_at = 0;
    };
    uint16_t send_in(slot& s, int64_t now);

    std::vector<slot> _slots; ///< ticket = 1 + slot + a multiple of the number of slots: a late duplicate is noticed
    size_t _busy = 0;
    size_t _oldest = 0; ///< as long as replies come in order
    size_t _released = 0;
};

/// What spins: tells which connections have something to read or may write again.
class spinning_poller {
public:
    struct event {
        size_t connection;
        bool writable;
    };

    spinning_poller();
    spinning_poller(const spinning_poller&) = delete;
    ~spinning_poller();

    void add(int fd, size_t connection);
    void want_writable(int fd, size_t connection, bool wanted);
    /// Never sleeps; throws when nothing has happened for 10 s.
    const std::vector<event>& poll();
    void restart_patience();

private:
    const int _epoll;
    std::vector<event> _events;
    int64_t _last_event = 0;
};

[[noreturn]] void fail_malformed();

}

template <typename Protocol>
class stream_client : public load_client {
public:
    stream_client(Protocol protocol, const load_options& options) : _protocol(std::move(protocol)) {
        for (unsigned i = 0; i < options.connections; ++i) {
            _connections.push_back(std::make_unique<connection>(options.port, options.inflight));
            _poller.add(_connections.back()->stream.fd(), i);
        }
    }

    uint64_t run(phase_limit limit, histogram& latency) override {
        uint64_t replies = 0;
        uint64_t open = 0;
        for (size_t i = 0; i < _connections.size(); ++i) {
            open += start(*_connections[i], limit);
            flush(i);
        }
        _poller.restart_patience();
        while (open > 0) {
            for (const auto event : _poller.poll()) {
                connection& c = *_connections[event.connection];
                if (event.writable) {
                    _poller.want_writable(c.stream.fd(), event.connection, false);
                }
                const auto [answered, asked] = on_readable(c, limit, latency);
                replies += answered;
                open += asked - answered;
                flush(event.connection);
            }
        }
        return replies;
    }

    std::string server_counters() override {
        throw std::runtime_error("this protocol has no request for the server's counters");
    }

protected:
    /// One request outside of the load, when nothing is in flight: what `other` asks, on the first connection. Returns
    /// its reply, verified.
    std::string exchange(const Protocol& other) {
        connection& c = *_connections.front();
        other.append_request(c.stream.out(), c.open.take_free(now_ns()));
        const int64_t deadline = now_ns() + 10'000'000'000;
        while (now_ns() < deadline) {
            c.stream.flush();
            c.stream.receive();
            if (const size_t bytes = whole_reply(other, c.stream.in())) {
                const std::string reply(c.stream.in().substr(0, bytes));
                c.open.release(other.verify(reply, c.open.oldest()));
                c.stream.consume(bytes);
                return reply;
            }
        }
        throw std::runtime_error("no reply for 10 s");
    }

private:
    struct connection {
        connection(uint16_t port, unsigned inflight) : stream(port), open(inflight) {}
        internal::byte_stream stream;
        internal::tickets open;
    };
    struct progress {
        uint64_t answered = 0;
        uint64_t asked = 0;
    };

    /// 0: it is not there yet.
    static size_t whole_reply(const Protocol& protocol, std::string_view in) {
        const size_t bytes = protocol.reply_bytes(in.data(), in.size());
        if (bytes == malformed_reply) {
            internal::fail_malformed();
        }
        return bytes <= in.size() ? bytes : 0;
    }

    uint64_t start(connection& c, phase_limit& limit) {
        const int64_t now = now_ns();
        uint64_t started = 0;
        for (; c.open.any_free() && limit.take(now); ++started) {
            _protocol.append_request(c.stream.out(), c.open.take_free(now));
        }
        return started;
    }

    progress on_readable(connection& c, phase_limit& limit, histogram& latency) {
        progress r;
        c.stream.receive();
        const int64_t now = now_ns();
        std::string_view in = c.stream.in();
        const size_t available = in.size();
        while (const size_t bytes = whole_reply(_protocol, in)) {
            latency.record(now - c.open.release(_protocol.verify(in.substr(0, bytes), c.open.oldest())));
            in.remove_prefix(bytes);
            ++r.answered;
            if (limit.take(now)) {
                _protocol.append_request(c.stream.out(), c.open.again(now));
                ++r.asked;
            }
        }
        c.stream.consume(available - in.size());
        return r;
    }

    void flush(size_t i) {
        if (!_connections[i]->stream.flush()) {
            _poller.want_writable(_connections[i]->stream.fd(), i, true);
        }
    }

    const Protocol _protocol;
    internal::spinning_poller _poller;
    std::vector<std::unique_ptr<connection>> _connections;
};

}
