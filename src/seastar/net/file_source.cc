/// Reading a file as a stream.
///
///  1. Reads begin and end at multiples of the file's alignment, or at the end of what is asked for, and follow each
///     other without gaps. The reader gets the part of each from where it stands.
///  2. Reads are begun by get(): the one that it gives, and `read_ahead` more. Those that skip() has made useless still
///     count until they are done: the disk is busy with them.
///  3. A read that is shorter than asked for has met the end of the file. This is the stream's end for good, even where
///     a later read, of a file that grows, found more.
#include <seastar/core/fstream.hh>

#include <seastar/core/align.hh>
#include <seastar/core/circular_buffer.hh>
#include <seastar/core/gate.hh>

#include <algorithm>

namespace seastar {

namespace {

using buffer = temporary_buffer<char>;

/// Half of what off_t can say: no file is as large, and what is rounded up from here is still an offset.
constexpr uint64_t file_size_max = std::numeric_limits<int64_t>::max() / 2;

/// Requires: pos <= max.
uint64_t add_up_to(uint64_t max, uint64_t pos, uint64_t n) {
    return n < max - pos ? pos + n : max;
}

class file_source final : public data_source_impl {
    /// Reads hold it: they go on where the stream is dropped without close().
    struct disk {
        file f;
        gate reads;
    };
    struct piece {
        uint64_t start; ///< of the read; the reader may stand behind it
        uint64_t end;
        future<buffer> read;
    };
    const lw_shared_ptr<disk> _disk;
    const uint64_t _alignment;
    const uint64_t _read_size;
    const size_t _reads_max;

    uint64_t _next; ///< what the reader gets next
    uint64_t _end;  ///< of what is asked for, or of the file once that is known
    circular_buffer<piece> _ahead;
    bool _at_end = false;
    std::exception_ptr _error;

public:
    file_source(file f, uint64_t offset, uint64_t len, const file_input_stream_options& options)
        : _disk(make_lw_shared<disk>()), _alignment(f.disk_read_dma_alignment()),
          _read_size(align_up(std::clamp<uint64_t>(options.buffer_size, 1, f.disk_read_max_length()), _alignment)),
          _reads_max(size_t(options.read_ahead) + 1), _next(std::min(offset, file_size_max)),
          _end(add_up_to(file_size_max, _next, len)) {
        _disk->f = std::move(f);
    }
    ~file_source() override { drop_ahead(); }

    future<buffer> get() override {
        if (_error) {
            return make_exception_future<buffer>(_error);
        }
        read_ahead();
        if (_ahead.empty()) {
            _at_end = true;
            return make_ready_future<buffer>();
        }
        auto [start, end, read] = std::move(_ahead.front());
        _ahead.pop_front();
        auto from = std::exchange(_next, end);
        return read.then_wrapped([this, start, end, from, inside = _disk->reads.hold()](future<buffer> f) {
            return take(start, end, from, std::move(f));
        });
    }

    future<buffer> skip(uint64_t n) override {
        if (_error) {
            return make_exception_future<buffer>(_error);
        }
        _next = add_up_to(_end, _next, n);
        while (!_ahead.empty() && _ahead.front().end <= _next) {
            drop_front();
        }
        return make_ready_future<buffer>();
    }

    future<> close() override {
        drop_ahead();
        return _disk->reads.close();
    }

    const bool* end_flag() const noexcept override { return &_at_end; }

private:
    void read_ahead() {
        auto at = _ahead.empty() ? _next : _ahead.back().end;
        while (at < _end && (_ahead.empty() || may_read_more())) {
            auto start = align_down(at, _alignment);
            at = add_up_to(_end, start, _read_size);
            _ahead.push_back({start, at, begin_read(start, at - start)});
        }
    }
    // Where the next read is done already, one slot stays free for the one after a skip().
    bool may_read_more() const noexcept {
        auto in_progress_max = _reads_max - _ahead.front().read.available();
        return _ahead.size() < _reads_max && _disk->reads.get_count() < in_progress_max;
    }
    future<buffer> begin_read(uint64_t start, size_t size) {
        _disk->reads.enter();
        return _disk->f.dma_read_bulk<char>(start, size).finally([disk = _disk] { disk->reads.leave(); });
    }

    // What a read brings for a reader who stands at `from`.
    future<buffer> take(uint64_t start, uint64_t end, uint64_t from, future<buffer> f) {
        if (f.failed()) {
            drop_ahead();
            _error = f.get_exception();
            return make_exception_future<buffer>(_error);
        }
        auto data = f.get();
        data.trim_front(std::min<uint64_t>(from - start, data.size()));
        if (data.size() < end - from) {
            drop_ahead();
            _next = _end = from + data.size();
            _at_end = data.empty();
        } else {
            data.trim(end - from); // reads may bring more, up to the alignment
        }
        return make_ready_future<buffer>(std::move(data));
    }

    void drop_front() noexcept {
        (void)_ahead.front().read.then_wrapped([](future<buffer> f) { f.ignore_ready_future(); });
        _ahead.pop_front();
    }
    void drop_ahead() noexcept {
        while (!_ahead.empty()) {
            drop_front();
        }
    }
};

}

data_source make_file_data_source(file f, uint64_t offset, uint64_t len, file_input_stream_options options) {
    return data_source(std::make_unique<file_source>(std::move(f), offset, len, options));
}

data_source make_file_data_source(file f, file_input_stream_options options) {
    return make_file_data_source(std::move(f), 0, file_size_max, std::move(options));
}

input_stream<char> make_file_input_stream(file f, uint64_t offset, uint64_t len, file_input_stream_options options) {
    return input_stream<char>(make_file_data_source(std::move(f), offset, len, std::move(options)));
}

input_stream<char> make_file_input_stream(file f, uint64_t offset, file_input_stream_options options) {
    return make_file_input_stream(std::move(f), offset, file_size_max, std::move(options));
}

input_stream<char> make_file_input_stream(file f, file_input_stream_options options) {
    return make_file_input_stream(std::move(f), 0, std::move(options));
}

}
