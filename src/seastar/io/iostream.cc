#include <seastar/core/iostream.hh>

#include <seastar/core/scattered_message.hh>
#include <seastar/net/packet.hh>
#include <seastar/util/defer.hh>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace seastar {

// ---- sources and sinks

namespace {

// Reads pieces until n bytes have passed.
future<temporary_buffer<char>> skip_by_reading(data_source_impl& source, uint64_t n) {
    return source.get().then([&source, n](temporary_buffer<char> piece) {
        if (n > piece.size() && !piece.empty()) {
            return skip_by_reading(source, n - piece.size());
        }
        piece.trim_front(std::min<uint64_t>(n, piece.size()));
        return make_ready_future<temporary_buffer<char>>(std::move(piece));
    });
}

template <typename Func>
auto never_throws(Func func) noexcept -> decltype(func()) {
    try {
        return func();
    } catch (...) {
        return make_exception_future<typename decltype(func())::value_type>(std::current_exception());
    }
}

}

future<temporary_buffer<char>> data_source_impl::skip(uint64_t n) { return skip_by_reading(*this, n); }

data_source::data_source(std::unique_ptr<data_source_impl> impl) noexcept : _impl(impl.release()) {}

future<temporary_buffer<char>> data_source::get() noexcept {
    return never_throws([this] { return _impl->get(); });
}
future<temporary_buffer<char>> data_source::skip(uint64_t n) noexcept {
    return never_throws([this, n] { return _impl->skip(n); });
}
future<> data_source::close() noexcept {
    return never_throws([this] { return _impl->close(); });
}

namespace {

future<> put_one_by_one(data_sink_impl& sink, std::vector<temporary_buffer<char>> data, size_t at) {
    while (at < data.size()) {
        auto f = sink.put(std::move(data[at++]));
        if (!f.available()) {
            return f.then([&sink, data = std::move(data), at]() mutable {
                return put_one_by_one(sink, std::move(data), at);
            });
        }
        if (f.failed()) {
            return f;
        }
    }
    return make_ready_future<>();
}

std::vector<temporary_buffer<char>> moved(std::span<temporary_buffer<char>> data) {
    return {std::move_iterator(data.begin()), std::move_iterator(data.end())};
}

}

namespace {
enum put_form : unsigned { put_span = 1, put_vector = 2, put_packet = 4, put_buffer = 8 };
}

// Which put() a sink overrides cannot be asked, so the call goes to one after the other, best first, until one of them
// does not come back here.
future<> data_sink_impl::pass_on(unsigned from, std::vector<temporary_buffer<char>> data) {
    auto before = std::exchange(_tried, _tried | from);
    auto restore = defer([this, before]() noexcept { _tried = before; });
    if (!(_tried & put_span)) {
        auto held = std::make_unique<std::vector<temporary_buffer<char>>>(std::move(data));
        auto f = put(std::span(*held));
        return f.available() ? std::move(f) : f.finally([held = std::move(held)] {});
    }
    if (!(_tried & put_vector)) {
        return put(std::move(data));
    }
    if (!(_tried & put_packet)) {
        return put(net::packet(std::move(data)));
    }
    SEASTAR_ASSERT(!(_tried & put_buffer) && "the sink overrides no put()");
    return put_one_by_one(*this, std::move(data), 0);
}

future<> data_sink_impl::put(std::span<temporary_buffer<char>> data) { return pass_on(put_span, moved(data)); }

future<> data_sink_impl::put(std::vector<temporary_buffer<char>> data) { return pass_on(put_vector, std::move(data)); }

future<> data_sink_impl::put(net::packet data) { return pass_on(put_packet, std::move(data).release()); }

future<> data_sink_impl::put(temporary_buffer<char> data) {
    std::vector<temporary_buffer<char>> one;
    one.push_back(std::move(data));
    return pass_on(put_buffer, std::move(one));
}

data_sink::data_sink(std::unique_ptr<data_sink_impl> impl) noexcept : _impl(impl.release()) {}

future<> data_sink::put(std::span<temporary_buffer<char>> data) noexcept {
    return never_throws([&] { return _impl->put(data); });
}
future<> data_sink::put(std::vector<temporary_buffer<char>> data) noexcept {
    return never_throws([&] { return _impl->put(std::move(data)); });
}
future<> data_sink::put(temporary_buffer<char> data) noexcept {
    return never_throws([&] { return _impl->put(std::move(data)); });
}
future<> data_sink::put(net::packet data) noexcept {
    return never_throws([&] { return _impl->put(std::move(data)); });
}
future<> data_sink::flush() noexcept {
    return never_throws([this] { return _impl->flush(); });
}
future<> data_sink::close() noexcept {
    return never_throws([this] { return _impl->close(); });
}

// ---- input_stream

template <typename CharType>
future<temporary_buffer<CharType>> input_stream<CharType>::read() noexcept {
    if (_eof) {
        return make_ready_future<tmp_buf>();
    }
    if (!_buf.empty()) {
        return make_ready_future<tmp_buf>(std::exchange(_buf, tmp_buf()));
    }
    if (_source_end) {
        return _fd.get();
    }
    return _fd.get().then([this](tmp_buf piece) {
        _eof = piece.empty();
        return piece;
    });
}

template <typename CharType>
future<temporary_buffer<CharType>> input_stream<CharType>::read_up_to(size_t n) noexcept {
    if (_buf.empty() && !_eof) {
        return _fd.get().then([this, n](tmp_buf piece) {
            _eof = piece.empty();
            _buf = std::move(piece);
            return take(std::min(n, _buf.size()));
        });
    }
    if (n >= _buf.size()) {
        return make_ready_future<tmp_buf>(std::exchange(_buf, tmp_buf()));
    }
    return make_ready_future<tmp_buf>(take(n));
}

/// Gathers a read_exactly() that one piece does not hold.
template <typename CharType>
class input_stream<CharType>::collector final : public internal::continuation_base<tmp_buf> {
    input_stream& _in;
    tmp_buf _out;
    size_t _filled = 0;
    internal::promise_base_with_type<tmp_buf> _promise;

public:
    collector(input_stream& in, size_t n) : _in(in), _out(n) {}
    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }
    future<tmp_buf> start() {
        auto f = internal::future_of(_promise);
        fill();
        return f;
    }
    void run_and_dispose() noexcept override {
        auto state = std::move(this->_state);
        this->_state = internal::future_state<tmp_buf>(internal::pending_marker());
        if (got(internal::make_future_access::from_state(std::move(state)))) {
            fill();
        }
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    void fill() noexcept {
        for (;;) {
            auto n = std::min(_out.size() - _filled, _in._buf.size());
            if (n > 0) {
                std::memcpy(_out.get_write() + _filled, _in._buf.get(), n);
            }
            _filled += n;
            _in._buf.trim_front(n);
            if (_filled == _out.size() || _in._eof) {
                _out.trim(_filled);
                auto promise = std::move(_promise);
                auto out = std::move(_out);
                delete this;
                promise.set_value(std::move(out));
                return;
            }
            auto f = _in._fd.get();
            if (!f.available()) {
                internal::set_callback(std::move(f), this);
                return;
            }
            if (!got(std::move(f))) {
                return;
            }
        }
    }
    bool got(future<tmp_buf>&& f) noexcept {
        if (f.failed()) {
            auto promise = std::move(_promise);
            delete this;
            promise.set_exception(f.get_exception());
            return false;
        }
        _in._buf = f.get();
        _in._eof = _in._buf.empty();
        return true;
    }
};

template <typename CharType>
future<temporary_buffer<CharType>> input_stream<CharType>::collect(size_t n) {
    return (new collector(*this, n))->start();
}

template <typename CharType>
future<temporary_buffer<CharType>> input_stream<CharType>::read_exactly(size_t n) noexcept {
    if (n <= _buf.size()) {
        return make_ready_future<tmp_buf>(n == _buf.size() ? std::exchange(_buf, tmp_buf()) : take(n));
    }
    if (_eof) {
        return make_ready_future<tmp_buf>(std::exchange(_buf, tmp_buf()));
    }
    try {
        if (!_buf.empty()) {
            return collect(n);
        }
        return _fd.get().then([this, n](tmp_buf piece) {
            _eof = piece.empty();
            _buf = std::move(piece);
            return read_exactly(n);
        });
    } catch (...) {
        return current_exception_as_future<tmp_buf>();
    }
}

template <typename CharType>
future<> input_stream<CharType>::skip(uint64_t n) noexcept {
    auto here = std::min<uint64_t>(n, _buf.size());
    _buf.trim_front(here);
    n -= here;
    if (n == 0 || _eof) {
        return make_ready_future<>();
    }
    return _fd.skip(n).then([this](tmp_buf piece) { _buf = std::move(piece); });
}

template <typename CharType>
data_source input_stream<CharType>::detach() && {
    if (!_buf.empty()) {
        throw std::logic_error("detach() of an input_stream that has read ahead");
    }
    _source_end = nullptr; // it goes with the source
    return std::move(_fd);
}

// ---- output_stream

/// Waits for a batched put(). The stream may go before: a connection that fails takes its streams with it.
template <typename CharType>
class output_stream<CharType>::batch final : public internal::continuation_base<void> {
public:
    output_stream* owner;
    explicit batch(output_stream& o) noexcept : owner(&o) {}
    static void* operator new(size_t size) { return memory::allocate_task(size); }
    static void operator delete(void* p, size_t size) noexcept { memory::free_task(p, size); }
    void run_and_dispose() noexcept override {
        auto f = internal::make_future_access::from_state(std::move(this->_state));
        auto* o = owner;
        delete this;
        if (o) {
            o->sent(std::move(f));
        } else {
            f.ignore_ready_future();
        }
    }
    task* waiting_task() noexcept override { return owner && owner->_sent ? owner->_sent->waiting_task() : nullptr; }
};

template <typename CharType>
output_stream<CharType>::output_stream(output_stream&& o) noexcept
    : _fd(std::move(o._fd)), _ready(std::move(o._ready)), _leaving(std::move(o._leaving)), _buf(std::move(o._buf)),
      _size(o._size), _end(std::exchange(o._end, 0)), _ready_bytes(std::exchange(o._ready_bytes, 0)),
      _trim_to_size(o._trim_to_size), _batch_flushes(o._batch_flushes), _sending(std::exchange(o._sending, nullptr)),
      _flush_again(std::exchange(o._flush_again, false)), _sent(std::move(o._sent)), _error(std::move(o._error)) {
    o._sent.reset();
    if (_sending) {
        _sending->owner = this;
    }
    if (o.queued_for_turn_end()) {
        internal::forget_turn_end(o);
        internal::call_at_turn_end(*this);
    }
}

template <typename CharType>
output_stream<CharType>& output_stream<CharType>::operator=(output_stream&& other) noexcept {
    if (this != &other) {
        this->~output_stream();
        new (this) output_stream(std::move(other));
    }
    return *this;
}

template <typename CharType>
output_stream<CharType>::~output_stream() {
    if (_sending) {
        _sending->owner = nullptr;
    }
    if (queued_for_turn_end()) {
        internal::forget_turn_end(*this);
    }
}

// Moves what is in the buffer to the list of what is to be sent, and keeps the rest of the buffer for what follows.
template <typename CharType>
void output_stream<CharType>::seal() {
    if (_end == 0) {
        return;
    }
    if (_buf.size() - _end < 64) {
        _buf.trim(_end);
        _ready.push_back(std::move(_buf));
        _buf = {};
    } else {
        _ready.push_back(_buf.share(0, _end));
        _buf.trim_front(_end);
    }
    _ready_bytes += _end;
    _end = 0;
}

template <typename CharType>
void output_stream<CharType>::append(const char_type* data, size_t n) {
    while (n > 0) {
        if (_buf.empty()) {
            _buf = _fd.allocate_buffer(_size);
        }
        auto now = std::min(n, _buf.size() - _end);
        std::memcpy(_buf.get_write() + _end, data, now);
        _end += now;
        data += now;
        n -= now;
        if (_end == _buf.size()) {
            seal();
        }
    }
}

template <typename CharType>
void output_stream<CharType>::append(temporary_buffer<char_type> data) {
    if (data.empty()) {
        return;
    }
    seal();
    _ready_bytes += data.size();
    while (_trim_to_size && data.size() > _size) {
        _ready.push_back(data.share(0, _size));
        data.trim_front(_size);
    }
    _ready.push_back(std::move(data));
}

// One put() of everything, or, with trim_to_size, one for each buffer. _leaving keeps the buffers for the sink, and its
// memory for the next put().
template <typename CharType>
future<> output_stream<CharType>::put() noexcept {
    try {
        seal();
    } catch (...) {
        return current_exception_as_future();
    }
    if (_ready.empty()) {
        return make_ready_future<>();
    }
    _leaving.clear();
    _leaving.swap(_ready);
    _ready_bytes = 0;
    if (_leaving.size() == 1) {
        return _fd.put(std::move(_leaving.front()));
    }
    if (!_trim_to_size) {
        auto f = _fd.put(std::span(_leaving));
        if (f.available()) {
            _leaving.clear();
        }
        return f;
    }
    struct one_by_one {
        static future<> put(output_stream& out, size_t at) {
            while (at < out._leaving.size()) {
                auto f = out._fd.put(std::move(out._leaving[at++]));
                if (!f.available()) {
                    return f.then([&out, at] { return put(out, at); });
                }
                if (f.failed()) {
                    return f;
                }
            }
            return make_ready_future<>();
        }
    };
    return one_by_one::put(*this, 0);
}

template <typename CharType>
future<> output_stream<CharType>::when_sent() noexcept {
    if (!_sending) {
        return _error ? make_exception_future<>(_error) : make_ready_future<>();
    }
    SEASTAR_ASSERT(!_sent && "an operation on the stream was started before the last one was done");
    _sent.emplace();
    return _sent->get_future();
}

template <typename CharType>
future<> output_stream<CharType>::write_out() noexcept {
    if (_sending) {
        return when_sent().then([this] { return put(); });
    }
    if (queued_for_turn_end()) {
        internal::forget_turn_end(*this); // what it would send leaves now
    }
    return put();
}

template <typename CharType>
future<> output_stream<CharType>::write(const char_type* data, size_t n) noexcept {
    if (_error) {
        return make_exception_future<>(_error);
    }
    try {
        if (_end == 0 && _ready.empty() && n >= _size && !_sending) {
            auto whole = _fd.allocate_buffer(n); // the sink's kind of memory
            std::memcpy(whole.get_write(), data, n);
            append(std::move(whole));
        } else {
            append(data, n);
        }
    } catch (...) {
        return current_exception_as_future();
    }
    return _ready_bytes >= _size && _ready_bytes > 0 ? write_out() : make_ready_future<>();
}

template <typename CharType>
future<> output_stream<CharType>::write(const char_type* text) noexcept {
    return write(text, std::strlen(reinterpret_cast<const char*>(text)));
}

// What brings its own memory: `add` appends it.
template <typename CharType>
template <typename Add>
future<> output_stream<CharType>::write_buffers(Add add) noexcept {
    if (_error) {
        return make_exception_future<>(_error);
    }
    try {
        add();
    } catch (...) {
        return current_exception_as_future();
    }
    return pending() >= _size ? write_out() : make_ready_future<>();
}

template <typename CharType>
future<> output_stream<CharType>::write(temporary_buffer<char_type> data) noexcept {
    return write_buffers([&] { append(std::move(data)); });
}

template <typename CharType>
future<> output_stream<CharType>::write(std::span<temporary_buffer<char_type>> data) noexcept {
    return write_buffers([&] {
        for (auto& b : data) {
            append(std::move(b));
        }
    });
}

template <typename CharType>
future<> output_stream<CharType>::write(net::packet p) noexcept {
    return write_buffers([&] {
        for (auto& b : std::move(p).release()) {
            append(std::move(b));
        }
    });
}

template <typename CharType>
future<> output_stream<CharType>::write(scattered_message<char_type> message) noexcept {
    return write_buffers([&] {
        for (auto& b : std::move(message).release()) {
            append(std::move(b));
        }
    });
}

template <typename CharType>
future<> output_stream<CharType>::flush() noexcept {
    if (_error) {
        return make_exception_future<>(_error);
    }
    if (!_batch_flushes) {
        return write_out().then([this] { return _fd.flush(); });
    }
    if (pending()) {
        if (_sending) {
            _flush_again = true;
        } else {
            internal::call_at_turn_end(*this);
        }
    }
    return make_ready_future<>();
}

template <typename CharType>
void output_stream<CharType>::turn_ended() noexcept {
    auto f = put();
    if (f.available()) {
        sent(std::move(f));
    } else {
        _sending = new batch(*this);
        internal::set_callback(std::move(f), _sending);
    }
}

template <typename CharType>
void output_stream<CharType>::sent(future<> f) noexcept {
    _sending = nullptr;
    _leaving.clear();
    if (f.failed()) {
        _error = f.get_exception();
        _fd.on_batch_flush_error();
    } else if (std::exchange(_flush_again, false) && pending() && !_sent) {
        internal::call_at_turn_end(*this);
    }
    if (_sent) {
        auto waiter = std::move(*_sent);
        _sent.reset();
        if (_error) {
            waiter.set_exception(_error);
        } else {
            waiter.set_value();
        }
    }
}

template <typename CharType>
future<> output_stream<CharType>::close() noexcept {
    auto last = _error ? make_exception_future<>(_error) : write_out().then([this] { return _fd.flush(); });
    return last.then_wrapped([this](future<> f) {
        // A batched put() that is still on its way refers to this stream.
        auto quiet = _sending ? when_sent().handle_exception([](std::exception_ptr) {}) : make_ready_future<>();
        return quiet.then([this] { return _fd.close(); }).then_wrapped([f = std::move(f)](future<> closed) mutable {
            if (f.failed()) {
                closed.ignore_ready_future();
                return std::move(f);
            }
            return closed;
        });
    });
}

template <typename CharType>
data_sink output_stream<CharType>::detach() && {
    if (pending() != 0) {
        throw std::logic_error("detach() of an output_stream that was written to");
    }
    return std::move(_fd);
}

template <typename CharType>
future<> copy(input_stream<CharType>& in, output_stream<CharType>& out) {
    return in.consume([&out](temporary_buffer<CharType> piece) {
        using result = consumption_result<CharType>;
        if (piece.empty()) {
            return make_ready_future<result>(stop_consuming<CharType>({}));
        }
        return out.write(std::move(piece)).then([] { return result(continue_consuming()); });
    });
}

template class input_stream<char>;
template class output_stream<char>;
template future<> copy<char>(input_stream<char>&, output_stream<char>&);

}
