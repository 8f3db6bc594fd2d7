/// Writing a file as a stream.
///
///  1. Whatever is written begins and ends at a multiple of the alignment, in aligned memory. Large pieces that come
///     so are written as they are; the others are collected, `buffer_size` bytes at a time.
///  2. The rest that does not fill a block is written by flush() with zeros behind it, and cut off there by
///     truncate(). It stays in memory: the block is written again when more of it is known.
///  3. Writes run in the background, `write_behind` at once. They never overlap, as each takes bytes that none had
///     before, but for the block of rule 2: flush() waits for all of them before and lets none begin meanwhile.
///  4. The first error is the end: nothing is written any more, and each operation tells it.
#include <seastar/core/fstream.hh>

#include <seastar/core/align.hh>
#include <seastar/core/loop.hh>
#include <seastar/core/semaphore.hh>

#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <system_error>

namespace seastar {

namespace {

using buffer = temporary_buffer<char>;

/// Writes that run in the background, and what must not run beside them. They hold it: they go on where the stream is
/// dropped without close().
class file_writer final : public enable_lw_shared_from_this<file_writer> {
    file _file;
    const size_t _alignment;
    const size_t _writes_max;
    semaphore _slots{_writes_max};
    uint64_t _step;          ///< of preallocation; 0: there is none
    uint64_t _allocated = 0; ///< how far it has come
    bool _dirty = false;     ///< something has changed since the last sync()
    std::exception_ptr _error;

public:
    file_writer(file f, size_t alignment, const file_output_stream_options& options) noexcept
        : _file(std::move(f)), _alignment(alignment), _writes_max(std::max(options.write_behind, 1u)),
          _step(options.preallocation_size) {}

    /// Of the first failure; null while all is well.
    const std::exception_ptr& error() const noexcept { return _error; }

    /// Begins a write when there is a slot for it. The future is there when the next may follow.
    future<> begin(uint64_t pos, buffer data) {
        return _slots.wait().then([this, pos, data = std::move(data)]() mutable {
            semaphore_units<> slot(_slots, 1);
            if (_error) {
                return make_exception_future<>(_error);
            }
            (void)write(pos, std::move(data))
                .then_wrapped([self = shared_from_this(), slot = std::move(slot)](future<> f) { self->note(f); });
            return make_ready_future<>();
        });
    }

    /// Calls func, which may use the functions below, when no write is in progress, and lets none begin until its
    /// future is there. Does not call it after a failure.
    template <typename Func>
    future<> alone(Func func) {
        return get_units(_slots, _writes_max).then([this, func = std::move(func)](semaphore_units<> slots) {
            auto f = _error ? make_exception_future<>(_error) : futurize_invoke(func);
            return f.then_wrapped([this, slots = std::move(slots)](future<> f) {
                note(f);
                return _error ? make_exception_future<>(_error) : make_ready_future<>();
            });
        });
    }

    /// Writes all of it.
    future<> write(uint64_t pos, buffer data) {
        _dirty = true;
        return preallocate(pos + data.size()).then([this, pos, data = std::move(data)]() mutable {
            return write_rest(pos, std::move(data));
        });
    }
    future<> truncate(uint64_t size) {
        _dirty = true;
        return _file.truncate(size);
    }
    future<> sync() { return std::exchange(_dirty, false) ? _file.flush() : make_ready_future<>(); }
    future<> close() noexcept { return _file.close(); }

private:
    void note(future<>& f) noexcept {
        if (f.failed()) {
            auto error = f.get_exception();
            _error = _error ? _error : std::move(error);
        }
    }

    future<> preallocate(uint64_t end) {
        if (_step == 0 || end <= _allocated) {
            return make_ready_future<>();
        }
        auto from = _allocated;
        auto size = (end - from + _step - 1) / _step * _step;
        _allocated += size;
        // Not all file systems can. A disk that is full is told by the writes.
        return _file.allocate(from, size).handle_exception([this](std::exception_ptr) { _step = 0; });
    }

    future<> write_rest(uint64_t pos, buffer data) {
        auto written = _file.dma_write(pos, data.get(), data.size());
        return written.then([this, pos, data = std::move(data)](size_t n) mutable {
            n = align_down(n, _alignment); // what follows must be aligned again
            if (n == data.size()) {
                return make_ready_future<>();
            }
            if (n == 0) {
                return make_exception_future<>(std::system_error(
                    EIO, std::system_category(),
                    fmt::format("a write of {} bytes at {} to a file stored nothing", data.size(), pos)));
            }
            data.trim_front(n);
            return write_rest(pos + n, std::move(data));
        });
    }
};

class file_sink final : public data_sink_impl {
    const size_t _alignment; ///< of memory and disk
    const size_t _buffer_size;
    const lw_shared_ptr<file_writer> _writer;

    uint64_t _pos = 0;  ///< what lies before was handed to the writer
    buffer _rest;       ///< what comes from there on: _buffer_size bytes of memory ...
    size_t _filled = 0; ///< ... in use
    size_t _stored = 0; ///< ... in the file by now
    uint64_t _cut = std::numeric_limits<uint64_t>::max(); ///< the size that the file was truncated to, last

public:
    file_sink(file f, const file_output_stream_options& options)
        : _alignment(std::max(f.disk_write_dma_alignment(), f.memory_dma_alignment())),
          _buffer_size(align_up<size_t>(std::max(options.buffer_size, 1u), _alignment)),
          _writer(make_lw_shared<file_writer>(std::move(f), _alignment, options)) {}

    buffer allocate_buffer(size_t size) override { return buffer::aligned(std::max(_alignment, sizeof(void*)), size); }
    size_t buffer_size() const noexcept override { return _buffer_size; }

    using data_sink_impl::put;
    future<> put(buffer data) override {
        return _writer->error() ? make_exception_future<>(_writer->error()) : append(std::move(data));
    }
    future<> put(std::span<buffer> data) override {
        if (_writer->error()) {
            return make_exception_future<>(_writer->error());
        }
        return do_for_each(data.begin(), data.end(), [this](buffer& b) { return append(std::move(b)); });
    }

    future<> flush() override {
        return _writer->alone([this] { return store_rest().then([this] { return _writer->sync(); }); });
    }

    future<> close() override {
        auto finished = _writer->alone(
            [this] { return store_rest().then([this] { return cut(); }).then([this] { return _writer->sync(); }); });
        return finished.then_wrapped([this](future<> f) {
            return _writer->close().then_wrapped([f = std::move(f)](future<> closed) mutable {
                if (f.failed()) {
                    closed.ignore_ready_future();
                    return std::move(f);
                }
                return closed;
            });
        });
    }

private:
    uint64_t size() const noexcept { return _pos + _filled; }

    future<> append(buffer data) {
        while (!data.empty()) {
            auto whole = take_whole(data);
            if (whole.empty()) {
                break;
            }
            auto pos = std::exchange(_pos, _pos + whole.size());
            auto f = _writer->begin(pos, std::move(whole));
            if (!f.available()) {
                return f.then([this, data = std::move(data)]() mutable { return append(std::move(data)); });
            }
            if (f.failed()) {
                return f;
            }
        }
        return make_ready_future<>();
    }

    // Takes bytes from data for the next write, or, if that is still to be filled then, all of them.
    buffer take_whole(buffer& data) {
        if (_filled == 0 && data.size() >= _buffer_size && is_aligned(data.get())) {
            auto n = align_down(data.size(), _alignment);
            if (n == data.size()) {
                return std::exchange(data, {});
            }
            auto whole = data.share(0, n);
            data.trim_front(n);
            return whole;
        }
        if (_rest.empty()) {
            _rest = allocate_buffer(_buffer_size);
        }
        auto n = std::min(data.size(), _buffer_size - _filled);
        std::memcpy(_rest.get_write() + _filled, data.get(), n);
        data.trim_front(n);
        _filled += n;
        if (_filled < _buffer_size) {
            return {};
        }
        _filled = _stored = 0;
        return std::exchange(_rest, {});
    }
    bool is_aligned(const char* p) const noexcept { return reinterpret_cast<uintptr_t>(p) % _alignment == 0; }

    // Rule 2.
    future<> store_rest() {
        if (_stored == _filled) {
            return make_ready_future<>();
        }
        auto padded = align_up(_filled, _alignment);
        std::memset(_rest.get_write() + _filled, 0, padded - _filled);
        auto written = _writer->write(_pos, _rest.share(0, padded));
        return written.then([this, padded] { return padded == _filled ? make_ready_future<>() : cut(); }).then([this] {
            auto whole = align_down(_filled, _alignment);
            _filled -= whole;
            _stored = _filled;
            _pos += whole;
            std::memmove(_rest.get_write(), _rest.get() + whole, _filled);
        });
    }

    // What is behind the stream's end goes: zeros, what the file had before, and space that was taken ahead.
    future<> cut() {
        auto to = size();
        if (_cut == to) {
            return make_ready_future<>();
        }
        return _writer->truncate(to).then([this, to] { _cut = to; });
    }
};

}

future<data_sink> make_file_data_sink(file f, file_output_stream_options options) noexcept {
    try {
        return make_ready_future<data_sink>(std::make_unique<file_sink>(f, options));
    } catch (...) {
        return f.close().then_wrapped([error = std::current_exception()](future<> closed) {
            closed.ignore_ready_future();
            return make_exception_future<data_sink>(error);
        });
    }
}

future<output_stream<char>> make_file_output_stream(file f, file_output_stream_options options) noexcept {
    return make_file_data_sink(std::move(f), options).then([](data_sink sink) {
        return output_stream<char>(std::move(sink));
    });
}

future<output_stream<char>> make_file_output_stream(file f, uint64_t buffer_size) noexcept {
    file_output_stream_options options;
    options.buffer_size = static_cast<unsigned>(std::min<uint64_t>(buffer_size, std::numeric_limits<unsigned>::max()));
    return make_file_output_stream(std::move(f), options);
}

}
