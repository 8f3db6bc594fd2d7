/// Streams of bytes: data_source and data_sink are what they come from and go to (sockets, files, memory, users' own);
/// input_stream and output_stream put buffering on top.
///
/// Everything belongs to one shard. One operation at a time: wait for a stream's future before the next call, but for
/// writes after writes of an output_stream whose future is ready.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/internal/owned.hh>
#include <seastar/core/internal/turn_end.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/temporary_buffer.hh>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace seastar {

namespace net {
class packet;
}
template <typename CharType>
class scattered_message;

/// Where bytes come from. Derive from it to read from something new.
class data_source_impl {
public:
    virtual ~data_source_impl() = default;
    /// The next piece; an empty one at the end.
    virtual future<temporary_buffer<char>> get() = 0;
    /// Passes over n bytes, or up to the end. Returns what came in one piece with the last of them; empty when there
    /// was nothing more, which does not mean the end.
    virtual future<temporary_buffer<char>> skip(uint64_t n);
    virtual future<> close() { return make_ready_future<>(); }
    /// A flag that is set once get() has met the end, valid as long as the source. It spares streams a look at each
    /// piece. For sources that may be read again after their end, and then meet it again. Null: there is none.
    virtual const bool* end_flag() const noexcept { return nullptr; }
};

class data_source {
    internal::owned<data_source_impl> _impl;

protected:
    data_source_impl* impl() const noexcept { return _impl.get(); }

public:
    using tmp_buf = temporary_buffer<char>;

    data_source() noexcept = default;
    explicit data_source(std::unique_ptr<data_source_impl> impl) noexcept;
    data_source(data_source&&) noexcept = default;
    data_source& operator=(data_source&&) noexcept = default;

    future<tmp_buf> get() noexcept;
    future<tmp_buf> skip(uint64_t n) noexcept;
    future<> close() noexcept;
    const bool* end_flag() const noexcept { return _impl ? _impl->end_flag() : nullptr; }
};

/// Where bytes go. Derive from it to write to something new, and override one of the put() functions: each of the
/// others ends in it. One that overrides several gets each call where it fits best.
class data_sink_impl {
public:
    virtual ~data_sink_impl() = default;
    virtual temporary_buffer<char> allocate_buffer(size_t size) { return temporary_buffer<char>(size); }
    /// Takes the buffers, in order. The future says when the next put() may be called; the span is valid until then.
    virtual future<> put(std::span<temporary_buffer<char>> data);
    virtual future<> put(std::vector<temporary_buffer<char>> data);
    virtual future<> put(temporary_buffer<char> data);
    virtual future<> put(net::packet data);
    virtual future<> flush() { return make_ready_future<>(); }
    virtual future<> close() = 0;
    /// The size of an output_stream's buffer that suits the sink; 0: no opinion.
    virtual size_t buffer_size() const noexcept { return 0; }
    /// Whether a stream may collect the flushes of one turn of the loop in one put().
    virtual bool can_batch_flushes() const noexcept { return false; }
    /// A put() of a collected flush failed; nobody waits for it. The stream's next operation fails with the same error.
    virtual void on_batch_flush_error() noexcept {}

private:
    future<> pass_on(unsigned from, std::vector<temporary_buffer<char>> data);
    unsigned _tried = 0; // which put() functions, on the way to an overridden one, were not
};

class data_sink {
    internal::owned<data_sink_impl> _impl;

public:
    data_sink() noexcept = default;
    explicit data_sink(std::unique_ptr<data_sink_impl> impl) noexcept;
    data_sink(data_sink&&) noexcept = default;
    data_sink& operator=(data_sink&&) noexcept = default;

    temporary_buffer<char> allocate_buffer(size_t size) { return _impl->allocate_buffer(size); }
    future<> put(std::span<temporary_buffer<char>> data) noexcept;
    future<> put(std::vector<temporary_buffer<char>> data) noexcept;
    future<> put(temporary_buffer<char> data) noexcept;
    future<> put(net::packet data) noexcept;
    future<> flush() noexcept;
    future<> close() noexcept;
    size_t buffer_size() const noexcept { return _impl->buffer_size(); }
    bool can_batch_flushes() const noexcept { return _impl->can_batch_flushes(); }
    void on_batch_flush_error() noexcept { _impl->on_batch_flush_error(); }
};

/// What a consumer wants next (input_stream::consume()): another piece ...
struct continue_consuming {};
/// ... nothing, with the bytes that it did not use ...
template <typename CharType>
class stop_consuming {
    temporary_buffer<CharType> _buf;

public:
    using tmp_buf = temporary_buffer<CharType>;
    explicit stop_consuming(tmp_buf buf) noexcept : _buf(std::move(buf)) {}
    tmp_buf& get_buffer() noexcept { return _buf; }
    const tmp_buf& get_buffer() const noexcept { return _buf; }
};
/// ... or what begins n bytes behind the piece, all of which it used.
class skip_bytes {
    uint64_t _value;

public:
    explicit skip_bytes(uint64_t value) noexcept : _value(value) {}
    uint64_t get_value() const noexcept { return _value; }
};

template <typename CharType>
class consumption_result {
public:
    using stop_consuming_type = stop_consuming<CharType>;
    using consumption_variant = std::variant<continue_consuming, stop_consuming_type, skip_bytes>;
    using tmp_buf = typename stop_consuming_type::tmp_buf;

    /*[[deprecated]]*/ consumption_result(std::optional<tmp_buf> unconsumed)
        : _result(unconsumed ? consumption_variant(stop_consuming_type(std::move(*unconsumed)))
                             : consumption_variant(continue_consuming())) {}
    consumption_result(const continue_consuming&) : _result(continue_consuming()) {}
    consumption_result(stop_consuming_type&& stop) : _result(std::move(stop)) {}
    consumption_result(skip_bytes&& skip) : _result(std::move(skip)) {}

    consumption_variant& get() { return _result; }
    const consumption_variant& get() const { return _result; }

private:
    consumption_variant _result;
};

/// A source with what was read ahead of the reader. Movable between reads.
template <typename CharType>
class input_stream final {
    static_assert(sizeof(CharType) == 1);
    data_source _fd;
    temporary_buffer<CharType> _buf;
    const bool* _source_end = nullptr; ///< the source's end_flag()
    bool _eof = false;

public:
    using char_type = CharType;
    using tmp_buf = temporary_buffer<CharType>;
    using consumption_result_type = consumption_result<CharType>;
    using unconsumed_remainder = std::optional<tmp_buf>;

    input_stream() noexcept = default;
    explicit input_stream(data_source fd) noexcept : _fd(std::move(fd)), _source_end(_fd.end_flag()) {}
    input_stream(input_stream&&) = default;
    input_stream& operator=(input_stream&&) = default;

    /// Exactly n bytes; fewer only when the stream ends before. Shares the source's buffer where one piece holds them
    /// all.
    future<tmp_buf> read_exactly(size_t n) noexcept;
    /// At least one byte and at most n; empty at the end.
    future<tmp_buf> read_up_to(size_t n) noexcept;
    /// Whatever is there next; empty at the end.
    future<tmp_buf> read() noexcept;
    /// True once a read has met the end of the stream.
    bool eof() const noexcept { return _eof || (_source_end && *_source_end && _buf.empty()); }
    /// Hands pieces to `consumer`, a function of a temporary_buffer that returns a future of a consumption_result (or
    /// of an optional of what it did not use, which ends it), until it has enough or the stream ends: then it gets an
    /// empty one. The consumer lives until the future resolves.
    template <typename Consumer>
    future<> consume(Consumer&& consumer) noexcept;
    /// Passes over n bytes, or up to the end.
    future<> skip(uint64_t n) noexcept;
    future<> close() noexcept { return _fd.close(); }
    /// Gives the source away. Throws std::logic_error if something is read ahead.
    data_source detach() &&;

private:
    tmp_buf take(size_t n) noexcept {
        auto front = _buf.share(0, n);
        _buf.trim_front(n);
        return front;
    }
    future<tmp_buf> collect(size_t n);
    class collector;
    template <typename Consumer>
    class consuming;
};

struct output_stream_options {
    bool trim_to_size = false;  ///< no put() is larger than the buffer
    bool batch_flushes = false; ///< flush() means: at the end of this turn of the loop
};

/// A sink with a buffer in front. write() copies small data into the buffer; what is as large as the buffer or comes in
/// a temporary_buffer is passed on without a copy. close() (or flush()) is what makes sure that all of it arrives.
template <typename CharType>
class output_stream final : private internal::turn_end_hook {
    static_assert(sizeof(CharType) == 1);
    data_sink _fd;
    std::vector<temporary_buffer<CharType>> _ready;   ///< to be sent before what is in _buf
    std::vector<temporary_buffer<CharType>> _leaving; ///< in the hands of the sink
    temporary_buffer<CharType> _buf;
    size_t _size = default_size; ///< of the buffer
    size_t _end = 0;   ///< how much of _buf is filled
    size_t _ready_bytes = 0;
    bool _trim_to_size = false;
    bool _batch_flushes = false;
    static constexpr size_t default_size = 8192;
    class batch;
    batch* _sending = nullptr; ///< a batched put() is on its way
    bool _flush_again = false;
    std::optional<promise<>> _sent; ///< somebody waits for !_sending
    std::exception_ptr _error;

public:
    using char_type = CharType;

    output_stream() noexcept = default;
    output_stream(data_sink fd, size_t size, output_stream_options options = {}) noexcept
        : _fd(std::move(fd)), _size(size ? size : default_size), _trim_to_size(options.trim_to_size),
          _batch_flushes(options.batch_flushes && _fd.can_batch_flushes()) {}
    explicit output_stream(data_sink fd) noexcept : _fd(std::move(fd)) {
        _size = _fd.buffer_size() ? _fd.buffer_size() : default_size;
    }
    [[deprecated("use output_stream_options")]] output_stream(data_sink fd, size_t size, bool trim_to_size,
                                                              bool batch_flushes = false) noexcept
        : output_stream(std::move(fd), size, output_stream_options{trim_to_size, batch_flushes}) {}
    output_stream(output_stream&& other) noexcept;
    output_stream& operator=(output_stream&& other) noexcept;
    /// A stream that was not closed, because of an error, say, loses what it had not sent yet.
    ~output_stream();

    /// Ready when the next write may follow, which says nothing about delivery. Of data given by address and size, or
    /// as a string, the stream has a copy when the call returns.
    future<> write(const char_type* data, size_t n) noexcept;
    future<> write(const char_type* text) noexcept;
    template <typename StringChar, typename SizeType, SizeType MaxSize, bool NulTerminate>
    future<> write(const basic_sstring<StringChar, SizeType, MaxSize, NulTerminate>& s) noexcept {
        return write(reinterpret_cast<const CharType*>(s.data()), s.size());
    }
    future<> write(const std::basic_string<char_type>& s) noexcept { return write(s.data(), s.size()); }
    future<> write(temporary_buffer<char_type> data) noexcept;
    future<> write(std::span<temporary_buffer<char_type>> data) noexcept;
    future<> write(net::packet p) noexcept;
    future<> write(scattered_message<char_type> message) noexcept;

    /// Sends what is buffered. With batch_flushes it is sent at the end of the turn and the future is ready at once; an
    /// error then comes from the next operation.
    future<> flush() noexcept;
    /// Flushes, and closes the sink whatever came of that. Nothing may be written afterwards.
    future<> close() noexcept;
    /// Gives the sink away. Throws std::logic_error if something is buffered.
    data_sink detach() &&;

private:
    void append(const char_type* data, size_t n);
    void append(temporary_buffer<char_type> data);
    void seal();
    size_t pending() const noexcept { return _ready_bytes + _end; }
    future<> put() noexcept;
    template <typename Add>
    future<> write_buffers(Add add) noexcept;
    future<> write_out() noexcept;
    future<> when_sent() noexcept;
    void turn_ended() noexcept override;
    void sent(future<> f) noexcept;
};

/// Copies until the input ends. Neither stream is flushed or closed.
template <typename CharType>
future<> copy(input_stream<CharType>& in, output_stream<CharType>& out);

extern template class input_stream<char>;
extern template class output_stream<char>;

// ---- consume()

template <typename CharType>
template <typename Consumer>
class input_stream<CharType>::consuming final : public internal::continuation_base<tmp_buf> {
    using outcome = futurize_t<decltype(std::declval<Consumer&>()(std::declval<tmp_buf>()))>;
    using result_type = typename outcome::value_type;
    class result_waiter final : public internal::continuation_base<result_type> {
        consuming& _owner;

    public:
        explicit result_waiter(consuming& owner) noexcept : _owner(owner) {}
        void run_and_dispose() noexcept override {
            auto state = std::move(this->_state);
            this->_state = internal::future_state<result_type>(internal::pending_marker());
            _owner.after(internal::make_future_access::from_state(std::move(state)));
        }
        task* waiting_task() noexcept override { return _owner.waiting_task(); }
    };
    input_stream& _in;
    Consumer _consumer;
    internal::promise_base_with_type<void> _promise;
    result_waiter _result_waiter{*this};
    bool _at_end = false;
    bool _skipping = false; ///< what comes is a skip()'s, of which an empty piece is not the end

public:
    consuming(input_stream& in, Consumer&& consumer) : _in(in), _consumer(std::forward<Consumer>(consumer)) {}
    future<> start() {
        auto f = internal::future_of(_promise);
        step();
        return f;
    }
    void run_and_dispose() noexcept override {
        auto state = std::move(this->_state);
        this->_state = internal::future_state<tmp_buf>(internal::pending_marker());
        if (got(internal::make_future_access::from_state(std::move(state)))) {
            step();
        }
    }
    task* waiting_task() noexcept override { return _promise.waiting_task(); }

private:
    void finish(std::exception_ptr ex = {}) noexcept {
        auto promise = std::move(_promise);
        delete this;
        if (ex) {
            promise.set_exception(std::move(ex));
        } else {
            promise.set_value();
        }
    }
    // Hands pieces on as long as everything is ready.
    void step() noexcept {
        for (;;) {
            if (_in._buf.empty() && !_in._eof) {
                auto f = _in._fd.get();
                if (!f.available() || need_preempt()) {
                    internal::set_callback(std::move(f), this);
                    return;
                }
                if (!got(std::move(f))) {
                    return;
                }
            }
            _at_end = _in._eof;
            auto f = futurize_invoke(_consumer, std::exchange(_in._buf, tmp_buf()));
            if (!f.available()) {
                internal::set_callback(std::move(f), &_result_waiter);
                return;
            }
            if (!go_on(std::move(f))) {
                return;
            }
        }
    }
    bool got(future<tmp_buf>&& f) noexcept {
        if (f.failed()) {
            finish(f.get_exception());
            return false;
        }
        _in._buf = f.get();
        _in._eof = !std::exchange(_skipping, false) && _in._buf.empty();
        return true;
    }
    void after(outcome&& f) noexcept {
        if (go_on(std::move(f))) {
            step();
        }
    }
    // False: this is gone, or waits.
    bool go_on(outcome&& f) noexcept {
        if (f.failed()) {
            finish(f.get_exception());
            return false;
        }
        consumption_result_type result(f.get());
        if (auto* stop = std::get_if<stop_consuming<CharType>>(&result.get())) {
            // What was left over is still to be read, also at the end of the stream.
            _in._buf = std::move(stop->get_buffer());
            if (!_in._buf.empty()) {
                _in._eof = false;
            }
            finish();
            return false;
        }
        if (_at_end) {
            finish();
            return false;
        }
        if (auto* skip = std::get_if<skip_bytes>(&result.get())) {
            _skipping = true;
            auto next = _in._fd.skip(skip->get_value());
            if (!next.available()) {
                internal::set_callback(std::move(next), this);
                return false;
            }
            return got(std::move(next));
        }
        return true;
    }
};

template <typename CharType>
template <typename Consumer>
future<> input_stream<CharType>::consume(Consumer&& consumer) noexcept {
    // An lvalue consumer is the caller's and keeps what it learns; an rvalue moves in.
    return (new consuming<Consumer>(*this, std::forward<Consumer>(consumer)))->start();
}

}
