#include <seastar/http/httpd.hh>

#include <seastar/core/lowres_clock.hh>
#include <seastar/core/metrics.hh>
#include <seastar/core/timer.hh>
#include <seastar/http/exception.hh>
#include <seastar/util/short_streams.hh>

#include "http/request_parser.hh"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fmt/format.h>
#include <optional>

namespace seastar::httpd {

using status = http::reply::status_type;

namespace {

/// What a reply's body is written to: whoever takes too long to read it is given up.
class body_sink : public data_sink_impl {
    timer<lowres_clock>& _timer;
    const std::chrono::milliseconds _patience;

protected:
    output_stream<char>& _out;
    void progress() { _timer.rearm(_patience); }

public:
    body_sink(output_stream<char>& out, timer<lowres_clock>& t, std::chrono::milliseconds patience)
        : _timer(t), _patience(patience), _out(out) {}
    using data_sink_impl::put;
};

/// Passes a reply's body on in chunks (RFC 9112 section 7.1).
class chunked_sink final : public body_sink {
public:
    using body_sink::body_sink;
    using body_sink::put;
    future<> put(temporary_buffer<char> data) override {
        if (data.empty()) {
            return make_ready_future<>();
        }
        progress();
        char size[24];
        auto end = std::to_chars(size, size + 16, data.size(), 16).ptr;
        *end++ = '\r';
        *end++ = '\n';
        return _out.write(size, static_cast<size_t>(end - size))
            .then([this, data = std::move(data)]() mutable { return _out.write(std::move(data)); })
            .then([this] { return _out.write("\r\n", 2); });
    }
    future<> close() override { return _out.write("0\r\n\r\n", 5); }
};

/// The same for HTTP/1.0, as it is.
class plain_sink final : public body_sink {
public:
    using body_sink::body_sink;
    using body_sink::put;
    future<> put(temporary_buffer<char> data) override {
        progress();
        return _out.write(std::move(data));
    }
    future<> close() override { return make_ready_future<>(); }
};

}

/// One connection: reads a request, has it handled, writes the reply, and again. Destroys itself.
class http_server::connection {
public:
    connection(http_server& server, connected_socket&& socket, socket_address peer)
        : _server(server), _socket(std::move(socket)), _peer(peer), _in(_socket.input()), _out(_socket.output()) {
        _next = server._connections;
        if (_next) {
            _next->_prev = this;
        }
        server._connections = this;
        _timer.set_callback([this] { timed_out(); });
    }
    ~connection() {
        (_prev ? _prev->_next : _server._connections) = _next;
        if (_next) {
            _next->_prev = _prev;
        }
        _server.connection_gone();
    }

    void shutdown() noexcept {
        _socket.shutdown_input();
        _socket.shutdown_output();
    }
    /// Nothing new is read; a reply that is due still leaves.
    void stop_reading() noexcept { _socket.shutdown_input(); }
    connection* next() const noexcept { return _next; }

    /// Resolves when the connection is over; never fails.
    future<> process() {
        bool go_on = true;
        while (go_on) {
            try {
                go_on = co_await one_request();
            } catch (...) {
                // The peer is gone or too slow, or the function that writes a body failed.
                ++(_replying ? _server._reply_errors : _server._read_errors);
                go_on = false;
            }
        }
        _timer.cancel();
        co_await close_output();
    }

private:
    future<> close_output() {
        return _out.close().handle_exception([](std::exception_ptr) {});
    }

    void timed_out() noexcept { shutdown(); }

    /// False: the connection ends here.
    future<bool> one_request() {
        _timer.rearm(_server._limits.idle_timeout);
        auto limit = _server._limits.header_bytes;
        size_t head = std::string::npos;
        size_t looked_at = 0;
        for (bool first = true; (head = find_head_end(_buffer, looked_at)) == std::string::npos;) {
            looked_at = _buffer.size();
            if (looked_at > limit) {
                co_await refuse(status::request_header_fields_too_large);
                co_return false;
            }
            if (first && !_buffer.empty()) {
                first = false;
                _timer.rearm(_server._limits.header_timeout);
            }
            auto piece = co_await _in.read();
            if (piece.empty()) {
                co_return false;
            }
            _buffer.append(piece.get(), piece.size());
        }
        auto req = std::make_unique<http::request>();
        auto error = head > limit
                         ? status::request_header_fields_too_large
                         : parse_head(std::string_view(_buffer).substr(0, head), _server._limits.header_count, *req);
        _buffer.erase(0, head);
        if (error != status::ok) {
            co_await refuse(error);
            co_return false;
        }
        bool chunked = false;
        error = body_length(*req, chunked);
        if (error == status::ok && !chunked && req->content_length > _server._content_length_limit) {
            error = status::payload_too_large;
        }
        if (error != status::ok) {
            co_await refuse(error);
            co_return false;
        }
        if (req->get_header("Expect") == "100-continue") {
            co_await _out.write("HTTP/1.1 100 Continue\r\n\r\n");
            co_await _out.flush();
        }
        _timer.rearm(_server._limits.header_timeout);
        _body_bytes = 0;
        std::optional<input_stream<char>> body;
        if (_server._content_streaming) {
            body.emplace(data_source(std::make_unique<body_source>(*this, req->content_length, chunked)));
            req->content_stream = &*body;
        } else if (chunked) {
            error = co_await read_chunks(*req);
        } else if (req->content_length) {
            error = co_await read_body(*req);
        }
        if (error != status::ok) {
            co_await refuse(error);
            co_return false;
        }
        _timer.cancel();
        req->_client_address = _peer;
        req->_server_address = _socket.local_address();
        bool keep = req->should_keep_alive() && !_server._stopping;
        auto version = req->_version;
        bool head_only = req->_method == "HEAD";
        auto path = req->parse_query_param();
        auto reply = co_await _server._routes.handle(path, std::move(req), std::make_unique<http::reply>());
        ++_server._requests_served;
        if (head_only) {
            reply->skip_body();
        }
        if (reply->_status == status::no_content || reply->_status == status::not_modified) {
            reply->_body_writer = nullptr;
            reply->skip_body();
        }
        reply->set_version(version);
        keep = co_await write(*reply, keep && !_server._stopping);
        if (keep && body) {
            co_await util::skip_entire_stream(*body); // what the handler did not want
        }
        co_return keep;
    }

    /// A request's body as it comes. Each piece has its time, as long as somebody waits for it.
    class body_source final : public data_source_impl {
        connection& _c;
        size_t _left;
        std::optional<chunk_parser> _chunks;
        bool _chunks_ended = false;
        timer<lowres_clock> _patience;

    public:
        body_source(connection& c, size_t length, bool chunked) : _c(c), _left(length) {
            if (chunked) {
                _chunks.emplace(c._server._content_length_limit);
            }
            _patience.set_callback([&c] { c.timed_out(); });
        }
        future<temporary_buffer<char>> get() override {
            _patience.rearm(_c._server._limits.header_timeout);
            return (_chunks ? next_chunk() : next_piece()).finally([this] { _patience.cancel(); });
        }

    private:
        future<temporary_buffer<char>> next_piece() {
            if (_left > 0 && _c._buffer.empty()) {
                bool got = co_await _c.receive();
                if (!got) {
                    throw bad_request_exception("The body ends too early");
                }
            }
            auto piece = temporary_buffer<char>::copy_of(std::string_view(_c._buffer).substr(0, _left));
            _c._buffer.erase(0, piece.size());
            _left -= piece.size();
            co_return piece;
        }
        future<temporary_buffer<char>> next_chunk() {
            while (!_chunks_ended) {
                auto [used, state] = _chunks->parse(_c._buffer);
                _c._buffer.erase(0, used);
                _chunks_ended = state == chunk_parser::state::done;
                if (auto bytes = _chunks->take(); !bytes.empty()) {
                    co_return temporary_buffer<char>::copy_of(bytes);
                }
                if (state == chunk_parser::state::too_large) {
                    throw base_exception("The body is too large", status::payload_too_large);
                }
                bool bad = state == chunk_parser::state::bad;
                if (state == chunk_parser::state::more) {
                    bool got = co_await _c.receive();
                    bad = !got;
                }
                if (bad) {
                    throw bad_chunk_exception("The body is no sequence of chunks");
                }
            }
            co_return temporary_buffer<char>();
        }
    };

    /// More bytes in _buffer; false at the input's end.
    future<bool> receive() {
        auto piece = co_await _in.read();
        _buffer.append(piece.get(), piece.size());
        co_return !piece.empty();
    }
    /// The same, of a body. It has time for each 64 KiB, however small the pieces.
    future<bool> more() {
        auto before = _buffer.size();
        bool got = co_await receive();
        auto bytes_before = _body_bytes;
        _body_bytes += _buffer.size() - before;
        if (_body_bytes / body_step != bytes_before / body_step) {
            _timer.rearm(_server._limits.header_timeout);
        }
        co_return got;
    }

    future<status> read_body(http::request& req) {
        while (_buffer.size() < req.content_length) {
            bool got_more = co_await more();
            if (!got_more) {
                co_return status::bad_request;
            }
        }
        req.content = sstring(_buffer.data(), req.content_length);
        _buffer.erase(0, req.content_length);
        co_return status::ok;
    }

    future<status> read_chunks(http::request& req) {
        chunk_parser parser(_server._content_length_limit);
        for (;;) {
            auto [used, state] = parser.parse(_buffer);
            _buffer.erase(0, used);
            if (state == chunk_parser::state::done) {
                req.content = parser.body();
                req.content_length = req.content.size();
                co_return status::ok;
            }
            if (state == chunk_parser::state::too_large) {
                co_return status::payload_too_large;
            }
            if (state == chunk_parser::state::bad) {
                co_return status::bad_request;
            }
            bool got_more = co_await more();
            if (!got_more) {
                co_return status::bad_request;
            }
        }
    }

    future<> refuse(status s) {
        ++_server._read_errors;
        http::reply rep(s);
        rep.set_content_type("txt");
        co_await write(rep, false);
    }

    /// `keep`: the connection goes on afterwards, if the reply allows it, which the result says.
    future<bool> write(http::reply& rep, bool keep) {
        bool has_writer = bool(rep._body_writer);
        bool chunked = has_writer && rep._version != "1.0";
        keep = keep && (chunked || !has_writer) && !equal(rep.get_header("Connection"), "close");
        auto head = reply_head(rep, chunked, keep);
        _replying = true;
        _timer.rearm(_server._limits.idle_timeout);
        co_await _out.write(head.data(), head.size());
        if (!rep._skip_body) {
            if (has_writer) {
                co_await rep._body_writer(output_stream<char>(body_to(chunked), 8192));
            } else {
                for (std::string_view rest(rep._content); !rest.empty();) {
                    auto part = rest.substr(0, body_step);
                    rest.remove_prefix(part.size());
                    _timer.rearm(_server._limits.idle_timeout);
                    co_await _out.write(part.data(), part.size());
                }
            }
        }
        _timer.rearm(_server._limits.idle_timeout);
        co_await _out.flush();
        _replying = false;
        co_return keep;
    }

    data_sink body_to(bool chunked) {
        auto patience = _server._limits.idle_timeout;
        if (chunked) {
            return data_sink(std::make_unique<chunked_sink>(_out, _timer, patience));
        }
        return data_sink(std::make_unique<plain_sink>(_out, _timer, patience));
    }

    static bool equal(std::string_view a, std::string_view b) {
        http::internal::case_insensitive_less less;
        return !less(a, b) && !less(b, a);
    }

    /// Status line and header fields. Where the body ends is said here, whatever the handler says of it; but the length
    /// that a reply to HEAD would have is its own affair.
    std::string reply_head(const http::reply& rep, bool chunked, bool keep) const {
        std::string head(rep.response_line());
        auto add = [&head](std::string_view name, std::string_view value) {
            head.append(name).append(": ");
            for (char c : value) {
                head += c == '\r' || c == '\n' ? ' ' : c; // no header can smuggle in another
            }
            head.append("\r\n");
        };
        bool no_body = rep._status == status::no_content || rep._status == status::not_modified;
        bool has_length = rep._skip_body && !rep._body_writer && !rep.get_header("Content-Length").empty();
        for (auto& [name, value] : rep._headers) {
            bool ours = equal(name, "Connection") || equal(name, "Transfer-Encoding") ||
                        (equal(name, "Content-Length") && !has_length);
            if (!ours) {
                add(name, value);
            }
        }
        for (auto& [name, value] : rep._cookies) {
            add("Set-Cookie", name + "=" + value);
        }
        if (!_server._server_header.empty()) {
            add("Server", _server._server_header);
        }
        if (_server._generate_date_header) {
            add("Date", http_date());
        }
        if (chunked) {
            add("Transfer-Encoding", "chunked");
        } else if (!rep._body_writer && !has_length && !no_body) {
            add("Content-Length", std::to_string(rep._content.size()));
        }
        if (!keep) {
            add("Connection", "close");
        } else if (rep._version == "1.0") {
            add("Connection", "keep-alive");
        }
        return head.append("\r\n");
    }

    static constexpr size_t body_step = 64 * 1024;

    http_server& _server;
    connected_socket _socket;
    const socket_address _peer;
    input_stream<char> _in;
    output_stream<char> _out;
    std::string _buffer; // received, not yet used
    size_t _body_bytes = 0;
    bool _replying = false;
    timer<lowres_clock> _timer;
    connection* _next = nullptr;
    connection* _prev = nullptr;
};

http_server::http_server(const sstring& name) {
    namespace sm = metrics;
    std::vector<sm::label_instance> service{sm::label("service")(name)};
    _metrics.add_group("httpd", {
        sm::make_counter("connections_total", _total_connections, sm::description("Connections that were accepted"),
                         service),
        sm::make_gauge("connections_current", _current_connections, sm::description("Connections that are open"),
                       service),
        sm::make_counter("read_errors", _read_errors, sm::description("Requests that could not be read"), service),
        sm::make_counter("reply_errors", _reply_errors, sm::description("Replies that could not be sent"), service),
        sm::make_counter("requests_served", _requests_served, sm::description("Requests that were handled"), service),
    });
}

sstring http_server::http_date() {
    auto now = lowres_system_clock::to_time_t(lowres_system_clock::now());
    std::tm tm;
    ::gmtime_r(&now, &tm);
    // Not strftime(), whose names are the locale's.
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
                       tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

sstring http_server_control::generate_server_name() {
    static constinit thread_local unsigned next = 0;
    return "http-" + std::to_string(next++);
}

http_server::~http_server() { SEASTAR_ASSERT(_running == 0 && "http_server::stop() has to resolve first"); }

future<> http_server::listen(socket_address addr) {
    listen_options lo;
    lo.reuse_address = true;
    return listen(addr, lo);
}

future<> http_server::listen(socket_address addr, listen_options lo) {
    try {
        _listeners.push_back(seastar::listen(addr, lo));
    } catch (...) {
        return current_exception_as_future();
    }
    return do_accepts(static_cast<int>(_listeners.size()) - 1);
}
future<> http_server::do_accepts(int which) {
    ++_running;
    accept_next(static_cast<size_t>(which));
    return make_ready_future<>();
}

void http_server::accept_next(size_t listener) {
    (void)_listeners[listener].accept().then_wrapped([this, listener](future<accept_result> f) {
        if (f.failed()) {
            f.ignore_ready_future();
            ended();
            return;
        }
        ++_total_connections;
        if (auto accepted = f.get(); _current_connections < _limits.connections) {
            serve(std::move(accepted));
        }
        accept_next(listener);
    });
}

void http_server::serve(accept_result accepted) noexcept {
    connection* c;
    try {
        c = new connection(*this, std::move(accepted.connection), accepted.remote_address);
    } catch (...) { // no memory: that connection's trouble only
        ++_read_errors;
        return;
    }
    ++_current_connections;
    ++_running;
    (void)futurize_invoke([c] { return c->process(); }).then_wrapped([c](future<> f) {
        f.ignore_ready_future();
        delete c;
    });
}

void http_server::connection_gone() noexcept {
    --_current_connections;
    ended();
}

void http_server::ended() noexcept {
    if (--_running == 0 && _stopping) {
        _stopped.set_value();
    }
}

future<> http_server::stop() {
    if (_stopping) {
        return make_ready_future<>();
    }
    _stopping = true;
    for (auto& l : _listeners) {
        l.abort_accept();
    }
    for (auto* c = _connections; c; c = c->next()) {
        c->stop_reading();
    }
    return _running == 0 ? make_ready_future<>() : _stopped.get_future();
}

std::vector<socket_address> http_server::addresses() const {
    std::vector<socket_address> result;
    for (auto& l : _listeners) {
        result.push_back(l.local_address());
    }
    return result;
}

}
