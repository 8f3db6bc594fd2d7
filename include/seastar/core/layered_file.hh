/// layered_file_impl: a file over another one, for programs that change what is read and written on its way: to
/// encrypt it, check it, count it.
#pragma once

#include <seastar/core/file.hh>

namespace seastar {

/// Holds the file below and has its alignments and limits. What a file does is for the derived class to say, mostly by
/// calling underlying_file(), whose close() is its business too. Shard: that of the file below.
///
///     class counted_file : public layered_file_impl { ... };
///     file f(make_shared<counted_file>(std::move(below)));
class layered_file_impl : public file_impl {
    file _underlying_file;

public:
    explicit layered_file_impl(file underlying_file) noexcept : _underlying_file(std::move(underlying_file)) {
        _memory_dma_alignment = static_cast<unsigned>(_underlying_file.memory_dma_alignment());
        _disk_read_dma_alignment = static_cast<unsigned>(_underlying_file.disk_read_dma_alignment());
        _disk_write_dma_alignment = static_cast<unsigned>(_underlying_file.disk_write_dma_alignment());
        _disk_overwrite_dma_alignment = static_cast<unsigned>(_underlying_file.disk_overwrite_dma_alignment());
        _read_max_length = static_cast<unsigned>(_underlying_file.disk_read_max_length());
        _write_max_length = static_cast<unsigned>(_underlying_file.disk_write_max_length());
    }

    file& underlying_file() noexcept { return _underlying_file; }
    const file& underlying_file() const noexcept { return _underlying_file; }
};

}
