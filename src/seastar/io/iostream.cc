#include <seastar/core/iostream.hh>

#include <algorithm>
#include <cstring>

namespace seastar {

// ---- sources and sinks

namespace {

// Reads pieces until n bytes have passed.
future<temporary_buffer<char>> skip_by_reading(data_source_impl& source, uint64_t n) {
    return source.get().then([&source, n](temporary_buffer<char> piece) {
        if (n >= piece.size() && !piece.empty()) {
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

future<temporary_buffer<char>> data_source::get() noexcept {
    return never_throws([this] { return _impl->get(); });
}
future<temporary_buffer<char>> data_source::skip(uint64_t n) noexcept {
    return never_throws([this, n] { return _impl->skip(n); });
}
future<> data_source::close() noexcept {
    return never_throws([this] { return _impl->close(); });
}

future<> data_sink_impl::put(std::vector<temporary_buffer<char>> data) {
    // The buffers stay where the span points until the future resolves.
    auto held = std::make_unique<std::vector<temporary_buffer<char>>>(std::move(data));
    auto span = std::span(*held);
    return put(span).finally([held = std::move(held)] {});
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

}

future<> data_sink_impl::put(std::span<temporary_buffer<char>> data) {
    SEASTAR_ASSERT(!_put_recurses && "the sink overrides no put()");
    std::vector<temporary_buffer<char>> buffers(std::move_iterator(data.begin()), std::move_iterator(data.end()));
    return put_one_by_one(*this, std::move(buffers), 0);
}

future<> data_sink_impl::put(temporary_buffer<char> data) {
    _put_recurses = true;
    std::vector<temporary_buffer<char>> one;
    one.push_back(std::move(data));
    auto f = never_throws([&] { return put(std::move(one)); });
    _put_recurses = false;
    return f;
}

future<> data_sink::put(std::span<temporary_buffer<char>> data) noexcept {
    return never_throws([&] { return _impl->put(data); });
}
future<> data_sink::put(std::vector<temporary_buffer<char>> data) noexcept {
    return never_throws([&] { return _impl->put(std::move(data)); });
}
future<> data_sink::put(temporary_buffer<char> data) noexcept {
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
            std::memcpy(_out.get_write() + _filled, _in._buf.get(), n);
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
        return make_exception_future<tmp_buf>(std::current_exception());
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
    return _fd.skip(n).then([this](tmp_buf piece) {
        _eof = piece.empty();
        _buf = std::move(piece);
    });
}

template <typename CharType>
data_source input_stream<CharType>::detach() && {
    SEASTAR_ASSERT(_buf.empty());
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
    : _fd(std::move(o._fd)), _ready(std::move(o._ready)), _buf(std::move(o._buf)), _size(o._size),
      _end(std::exchange(o._end, 0)), _ready_bytes(std::exchange(o._ready_bytes, 0)), _trim_to_size(o._trim_to_size),
      _batch_flushes(o._batch_flushes), _sending(std::exchange(o._sending, nullptr)),
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
    seal();
    _ready_bytes += data.size();
    while (_trim_to_size && data.size() > _size) {
        _ready.push_back(data.share(0, _size));
        data.trim_front(_size);
    }
    _ready.push_back(std::move(data));
}

// One put() of everything, or, with trim_to_size, one for each buffer.
template <typename CharType>
future<> output_stream<CharType>::put() noexcept {
    try {
        seal();
    } catch (...) {
        return make_exception_future<>(std::current_exception());
    }
    if (_ready.empty()) {
        return make_ready_future<>();
    }
    auto buffers = std::exchange(_ready, {});
    _ready_bytes = 0;
    if (!_trim_to_size || buffers.size() == 1) {
        return buffers.size() == 1 ? _fd.put(std::move(buffers.front())) : _fd.put(std::move(buffers));
    }
    struct one_by_one {
        static future<> put(data_sink& sink, std::vector<temporary_buffer<char_type>> buffers, size_t at) {
            while (at < buffers.size()) {
                auto f = sink.put(std::move(buffers[at++]));
                if (!f.available()) {
                    return f.then([&sink, buffers = std::move(buffers), at]() mutable {
                        return put(sink, std::move(buffers), at);
                    });
                }
                if (f.failed()) {
                    return f;
                }
            }
            return make_ready_future<>();
        }
    };
    return one_by_one::put(_fd, std::move(buffers), 0);
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
            append(temporary_buffer<char_type>(data, n));
        } else {
            append(data, n);
        }
    } catch (...) {
        return make_exception_future<>(std::current_exception());
    }
    return _ready_bytes >= _size && _ready_bytes > 0 ? write_out() : make_ready_future<>();
}

template <typename CharType>
future<> output_stream<CharType>::write(const char_type* text) noexcept {
    return write(text, std::strlen(reinterpret_cast<const char*>(text)));
}

template <typename CharType>
future<> output_stream<CharType>::write(temporary_buffer<char_type> data) noexcept {
    if (_error) {
        return make_exception_future<>(_error);
    }
    if (data.empty()) {
        return make_ready_future<>();
    }
    try {
        append(std::move(data));
    } catch (...) {
        return make_exception_future<>(std::current_exception());
    }
    return pending() >= _size ? write_out() : make_ready_future<>();
}

template <typename CharType>
future<> output_stream<CharType>::write(std::span<temporary_buffer<char_type>> data) noexcept {
    if (_error) {
        return make_exception_future<>(_error);
    }
    try {
        for (auto& b : data) {
            if (!b.empty()) {
                append(std::move(b));
            }
        }
    } catch (...) {
        return make_exception_future<>(std::current_exception());
    }
    return pending() >= _size ? write_out() : make_ready_future<>();
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
    SEASTAR_ASSERT(pending() == 0);
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
