/// pipe<T>: a buffer of fixed size between a fiber that writes and one that reads.
#pragma once

#include <seastar/core/circular_buffer.hh>
#include <seastar/core/future.hh>
#include <seastar/core/shared_ptr.hh>

#include <exception>
#include <utility>
#include <optional>

namespace seastar {

/// The reader is gone: nobody will read what is written.
class broken_pipe_exception : public std::exception {
public:
    const char* what() const noexcept override { return "Broken pipe"; }
};
class unread_overflow_exception : public std::exception {
public:
    const char* what() const noexcept override { return "pipe_reader::unread() overflow"; }
};

namespace internal {

/// What the two ends share. Lives until both are gone.
template <typename T>
class pipe_buffer {
    circular_buffer<T> _items;
    const size_t _size;
    bool _read_open = true;
    bool _write_open = true;
    std::optional<promise<std::optional<T>>> _reading;
    std::optional<std::pair<T, promise<>>> _writing; ///< what found no room

public:
    explicit pipe_buffer(size_t size) : _size(size ? size : 1) {}

    future<std::optional<T>> read() {
        if (!_items.empty()) {
            std::optional<T> item(std::move(_items.front()));
            _items.pop_front();
            if (_writing) {
                _items.push_back(std::move(_writing->first));
                auto writer = std::move(_writing->second);
                _writing.reset();
                writer.set_value();
            }
            return make_ready_future<std::optional<T>>(std::move(item));
        }
        if (!_write_open) {
            return make_ready_future<std::optional<T>>();
        }
        SEASTAR_ASSERT(!_reading && "two reads of a pipe at a time");
        _reading.emplace();
        return _reading->get_future();
    }
    future<> write(T&& item) {
        if (!_read_open) {
            return make_exception_future<>(broken_pipe_exception());
        }
        if (_reading) {
            auto reader = std::move(*_reading);
            _reading.reset();
            reader.set_value(std::optional<T>(std::move(item)));
            return make_ready_future<>();
        }
        if (_items.size() < _size) {
            _items.push_back(std::move(item));
            return make_ready_future<>();
        }
        SEASTAR_ASSERT(!_writing && "two writes to a pipe at a time");
        _writing.emplace(std::move(item), promise<>());
        return _writing->second.get_future();
    }
    void close_read() noexcept {
        _read_open = false;
        if (_writing) {
            auto writer = std::move(_writing->second);
            _writing.reset();
            writer.set_exception(broken_pipe_exception());
        }
    }
    void close_write() noexcept {
        _write_open = false;
        if (_reading) {
            auto reader = std::move(*_reading);
            _reading.reset();
            reader.set_value(std::optional<T>());
        }
    }
};

}

/// The reading end. Movable; one read at a time. Destroying it fails the writer.
template <typename T>
class pipe_reader {
    lw_shared_ptr<internal::pipe_buffer<T>> _buffer;
    std::optional<T> _unread;

public:
    explicit pipe_reader(lw_shared_ptr<internal::pipe_buffer<T>> buffer) noexcept : _buffer(std::move(buffer)) {}
    pipe_reader(pipe_reader&&) noexcept = default;
    pipe_reader& operator=(pipe_reader&& other) noexcept {
        std::swap(_buffer, other._buffer);
        std::swap(_unread, other._unread);
        return *this;
    }
    ~pipe_reader() {
        if (_buffer) {
            _buffer->close_read();
        }
    }
    /// The next item; nothing once the writer is gone and all has been read.
    future<std::optional<T>> read() {
        if (_unread) {
            return make_ready_future<std::optional<T>>(std::exchange(_unread, std::nullopt));
        }
        return _buffer->read();
    }
    /// Puts one item back, for the next read(). Throws unread_overflow_exception for a second one.
    void unread(T&& item) {
        if (_unread) {
            throw unread_overflow_exception();
        }
        _unread.emplace(std::move(item));
    }
};

/// The writing end. Movable; one write at a time. Destroying it ends the stream.
template <typename T>
class pipe_writer {
    lw_shared_ptr<internal::pipe_buffer<T>> _buffer;

public:
    explicit pipe_writer(lw_shared_ptr<internal::pipe_buffer<T>> buffer) noexcept : _buffer(std::move(buffer)) {}
    pipe_writer(pipe_writer&&) noexcept = default;
    pipe_writer& operator=(pipe_writer&& other) noexcept {
        std::swap(_buffer, other._buffer);
        return *this;
    }
    ~pipe_writer() {
        if (_buffer) {
            _buffer->close_write();
        }
    }
    /// Waits while the buffer is full. Fails with broken_pipe_exception once the reader is gone.
    future<> write(T&& item) { return _buffer->write(std::move(item)); }
};

/// Both ends; each may be moved away on its own. Lives on one shard.
template <typename T>
class pipe {
    explicit pipe(lw_shared_ptr<internal::pipe_buffer<T>> buffer) noexcept : reader(buffer), writer(buffer) {}

public:
    pipe_reader<T> reader;
    pipe_writer<T> writer;
    /// Room for `size` items, at least one.
    explicit pipe(size_t size) : pipe(make_lw_shared<internal::pipe_buffer<T>>(size)) {}
};

}
