/// stream<T>: values that one side produces for a function of the other side, one at a time.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/util/noncopyable_function.hh>

namespace seastar {

template <typename T>
class subscription;

/// The producing side. Shard: one. Must stay where it is, and must outlive its subscription's use of it.
template <typename T>
class stream {
public:
    using next_fn = noncopyable_function<future<>(T)>;

    stream() noexcept = default;
    stream(const stream&) = delete;
    stream(stream&&) = delete;
    ~stream() {
        if (_subscription) {
            _subscription->_stream = nullptr;
        }
    }

    /// Who listens. Once.
    subscription<T> listen() { return subscription<T>(this); }
    subscription<T> listen(next_fn next) {
        auto s = listen();
        s.start(std::move(next));
        return s;
    }
    /// Resolves when somebody listens and has started.
    future<> started() { return _ready.get_future(); }
    /// Resolves when the listener is ready for more. A listener that fails ends the stream, and this fails as it
    /// did; where the listener is gone, nothing happens. Requires: the future of the value before has resolved, and the
    /// listener started.
    future<> produce(T value) {
        if (!_next) {
            return make_ready_future<>(); // nobody listens any more
        }
        return futurize_invoke(_next, std::move(value)).then_wrapped([this](future<> f) {
            if (f.failed()) {
                _next = nullptr;
                auto ex = f.get_exception();
                end(ex);
                return make_exception_future<>(std::move(ex));
            }
            return make_ready_future<>();
        });
    }
    /// No more values: done() resolves.
    void close() { end({}); }
    /// done() fails.
    template <typename Exception>
    void set_exception(Exception ex) {
        if constexpr (std::is_same_v<Exception, std::exception_ptr>) {
            end(std::move(ex));
        } else {
            end(std::make_exception_ptr(std::move(ex)));
        }
    }

private:
    friend class subscription<T>;
    void end(std::exception_ptr ex) {
        if (std::exchange(_ended, true)) {
            return;
        }
        if (ex) {
            _done.set_exception(std::move(ex));
        } else {
            _done.set_value();
        }
    }

    subscription<T>* _subscription = nullptr;
    promise<> _done;
    promise<> _ready;
    next_fn _next;
    bool _ended = false;
};

/// The listening side. Movable.
template <typename T>
class subscription {
    stream<T>* _stream = nullptr;
    future<> _done;
    friend class stream<T>;

    explicit subscription(stream<T>* s) : _stream(s), _done(s->_done.get_future()) {
        SEASTAR_ASSERT(!s->_subscription);
        s->_subscription = this;
    }

public:
    using next_fn = typename stream<T>::next_fn;

    subscription(subscription&& other) noexcept
        : _stream(std::exchange(other._stream, nullptr)), _done(std::move(other._done)) {
        if (_stream) {
            _stream->_subscription = this;
        }
    }
    ~subscription() {
        if (_stream) {
            _stream->_subscription = nullptr;
            _stream->_next = nullptr;
        }
    }
    /// next(value) is called for each value, when the future of the call before has resolved.
    void start(next_fn next) {
        _stream->_next = std::move(next);
        _stream->_ready.set_value();
    }
    /// Resolves at the end of the stream.
    future<> done() { return std::move(_done); }
};

}
