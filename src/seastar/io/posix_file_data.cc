/// What moves data: reads and writes of posix_file.
#include "io/posix_file.hh"

#include <seastar/core/align.hh>

#include "io/file_operation.hh"
#include "kernel/files.hh"

#include <algorithm>
#include <climits>

namespace seastar::io {

namespace {

/// Leaves as much as one system call takes.
void cut(std::vector<iovec>& pieces, size_t bytes_max) noexcept {
    pieces.resize(std::min<size_t>(pieces.size(), IOV_MAX));
    for (size_t i = 0; i < pieces.size(); ++i) {
        if (pieces[i].iov_len >= bytes_max) {
            pieces[i].iov_len = bytes_max;
            pieces.resize(i + 1);
            return;
        }
        bytes_max -= pieces[i].iov_len;
    }
}

}

/// Reading or writing.
struct posix_file::direction {
    const char* call;
    future<int64_t> (*in_ring)(kernel::ring& ring, int fd, iovec piece, uint64_t offset) noexcept;
    int64_t (*blocking)(int fd, const iovec* pieces, int count, uint64_t offset) noexcept;
};

constexpr posix_file::direction posix_file::reading{"read", read_in_ring, kernel::read_at};
constexpr posix_file::direction posix_file::writing{"write", write_in_ring, kernel::write_at};

/// Why nothing is to be read or written, or null.
std::exception_ptr posix_file::refusal(const direction& d, const io_intent* intent) const noexcept {
    if (intent && intent->is_cancelled()) {
        return std::make_exception_ptr(cancelled_error());
    }
    int failure = &d == &writing ? _share.file().failure() : 0;
    bool leaving = blocking_calls::local().stopped();
    int error = failure != 0 ? failure : leaving ? ECANCELED : 0;
    return error != 0 ? std::make_exception_ptr(_share.file().error(d.call, error)) : nullptr;
}

future<size_t> posix_file::transfer(const direction& d, uint64_t pos, iovec piece, io_intent* intent) {
    if (auto why = refusal(d, intent)) {
        return make_exception_future<size_t>(std::move(why));
    }
    if (_ring) {
        return answer<size_t>(d.call, d.in_ring(*_ring, _share.fd(), piece, pos));
    }
    return ask<size_t>(d.call, [&d, piece, pos](int fd) { return d.blocking(fd, &piece, 1, pos); });
}

future<size_t> posix_file::transfer(const direction& d, uint64_t pos, std::vector<iovec> pieces, size_t bytes_max,
                                    io_intent* intent) {
    cut(pieces, bytes_max);
    if (pieces.size() == 1) {
        return transfer(d, pos, pieces[0], intent);
    }
    if (auto why = refusal(d, intent)) {
        return make_exception_future<size_t>(std::move(why));
    }
    return ask<size_t>(d.call, [&d, pieces = std::move(pieces), pos](int fd) {
        return d.blocking(fd, pieces.data(), static_cast<int>(pieces.size()), pos);
    });
}

future<size_t> posix_file::write_dma(uint64_t pos, const void* buffer, size_t len, io_intent* intent) {
    return transfer(writing, pos, {const_cast<void*>(buffer), std::min<size_t>(len, _write_max_length)}, intent);
}

future<size_t> posix_file::write_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) {
    return transfer(writing, pos, std::move(iov), _write_max_length, intent);
}

future<size_t> posix_file::read_dma(uint64_t pos, void* buffer, size_t len, io_intent* intent) {
    return transfer(reading, pos, {buffer, std::min<size_t>(len, _read_max_length)}, intent);
}

future<size_t> posix_file::read_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) {
    return transfer(reading, pos, std::move(iov), _read_max_length, intent);
}

/// One after the other, reads until the buffer is full or the file at its end.
///
/// A direct read ends where the file does, at any byte, or, by an error further on, between two sectors; only that
/// leaves a doubt, and then the block is read again.
struct posix_file::bulk_read {
    static constexpr size_t sector_min = 512;

    shared_ptr<posix_file> file;
    io_intent* intent;
    uint64_t begin; ///< of the buffer, in the file
    size_t front;   ///< bytes before what was asked for
    temporary_buffer<uint8_t> buffer;
    size_t have = 0;

    bulk_read(shared_ptr<posix_file> f, uint64_t offset, size_t range_size, io_intent* i)
        : file(std::move(f)), intent(i), begin(align_down<uint64_t>(offset, file->_disk_read_dma_alignment)),
          front(offset - begin),
          buffer(temporary_buffer<uint8_t>::aligned(
              file->_memory_dma_alignment, align_up<size_t>(front + range_size, file->_disk_read_dma_alignment))) {}

    future<stop_iteration> step() {
        bool direct = file->_share.file().direct();
        size_t at = direct ? align_down<size_t>(have, file->_disk_read_dma_alignment) : have;
        auto read = file->read_dma(begin + at, buffer.get_write() + at, buffer.size() - at, intent);
        return read.then([this, at, direct](size_t n) {
            bool ended = at + n <= have || (direct && n % sector_min != 0);
            have = std::max(have, at + n);
            return stop_iteration(ended || have == buffer.size());
        });
    }
    temporary_buffer<uint8_t> result() noexcept {
        buffer.trim(have);
        buffer.trim_front(std::min(front, have));
        return std::move(buffer);
    }
};

future<temporary_buffer<uint8_t>> posix_file::dma_read_bulk(uint64_t offset, size_t range_size, io_intent* intent) {
    using bytes = temporary_buffer<uint8_t>;
    constexpr uint64_t end_max = INT64_MAX / 2; // of what can be asked for, with room for rounding up
    if (offset > end_max || range_size > end_max - offset) {
        return make_exception_future<bytes>(_share.file().error("read", EINVAL));
    }
    if (range_size == 0) {
        return make_ready_future<bytes>();
    }
    auto owned = std::make_unique<bulk_read>(shared_from_this(), offset, range_size, intent);
    auto& reading = *owned;
    return repeat([&reading] { return reading.step(); }).then([owned = std::move(owned)] { return owned->result(); });
}

}
