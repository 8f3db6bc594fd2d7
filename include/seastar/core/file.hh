/// file: an open file or directory. Opening, and what works on names: core/seastar.hh. Streams: core/fstream.hh.
///
/// Data goes between the disk and the program's memory without a copy in the kernel (O_DIRECT) where the file system
/// can do so: offsets, lengths and addresses of dma_write(), and of the dma_read() that takes memory, are multiples of
/// the alignments below. Where it cannot, files are opened without, and behave the same.
#pragma once

#include <seastar/core/file-types.hh>
#include <seastar/core/future.hh>
#include <seastar/core/internal/chrono.hh>
#include <seastar/core/io_intent.hh>
#include <seastar/core/shared_ptr.hh>
#include <seastar/core/sstring.hh>
#include <seastar/core/stream.hh>
#include <seastar/core/temporary_buffer.hh>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/uio.h>
#include <vector>

namespace seastar {

class file;
class file_impl;

/// An entry of a directory.
struct directory_entry {
    sstring name; ///< without the directory's
    std::optional<directory_entry_type> type; ///< none where the file system does not say
};

/// What is known of a file (stat(2)); sizes in bytes.
struct stat_data {
    uint64_t device_id = 0;
    uint64_t inode_number = 0;
    uint64_t mode = 0; ///< permissions, and the kind once more
    directory_entry_type type = directory_entry_type::unknown;
    uint64_t number_of_links = 0;
    uint64_t uid = 0;
    uint64_t gid = 0;
    uint64_t rdev = 0; ///< of a device
    uint64_t size = 0;
    uint64_t block_size = 0;
    uint64_t allocated_size = 0;

    std::chrono::system_clock::time_point time_accessed;
    std::chrono::system_clock::time_point time_modified;
    std::chrono::system_clock::time_point time_changed;
};

struct file_open_options {
    uint64_t extent_allocation_size_hint = 1 << 20; ///< accepted; file systems do well by themselves
    bool sloppy_size = false;                       ///< accepted, without effect
    uint64_t sloppy_size_hint = 1 << 20;            ///< accepted, without effect
    file_permissions create_permissions = file_permissions::default_file_permissions; ///< when it is made
    bool append_is_unlikely = false;                ///< accepted, without effect

    file_open_options() noexcept {} // not an aggregate: g++ 12 destroys those twice in co_await expressions
};

/// Makes the same file on another shard; see file_handle.
class file_handle_impl {
public:
    virtual ~file_handle_impl() = default;
    virtual std::unique_ptr<file_handle_impl> clone() const = 0;
    /// Once. Shard: the one that is to use the file.
    virtual shared_ptr<file_impl> to_file() && = 0;
};

/// What file::dup() gives: a file to be sent to another shard, and opened there with to_file(). Holds the open file.
class file_handle {
public:
    file_handle(const file_handle& other) : _impl(other._impl ? other._impl->clone() : nullptr) {}
    file_handle(file_handle&&) noexcept = default;
    file_handle& operator=(const file_handle& other) {
        _impl = other._impl ? other._impl->clone() : nullptr;
        return *this;
    }
    file_handle& operator=(file_handle&&) noexcept = default;

    /// Shard: the one that is to use the file.
    file to_file() const&;
    file to_file() &&;

private:
    friend class file;
    explicit file_handle(std::unique_ptr<file_handle_impl> impl) noexcept : _impl(std::move(impl)) {}
    std::unique_ptr<file_handle_impl> _impl;
};

/// What stands behind a file; programs derive from it to put something of their own between (core/layered_file.hh).
/// Errors are futures that fail, with std::system_error where the system refuses.
class file_impl {
public:
    virtual ~file_impl() = default;
    static file_impl* get_file_impl(file& f);

    /// Bytes written or read: less than asked for at the end of the file, on a full disk, or by more than
    /// _write_max_length or _read_max_length. Memory stays valid until the future resolves.
    virtual future<size_t> write_dma(uint64_t pos, const void* buffer, size_t len, io_intent* intent) = 0;
    virtual future<size_t> write_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) = 0;
    virtual future<size_t> read_dma(uint64_t pos, void* buffer, size_t len, io_intent* intent) = 0;
    virtual future<size_t> read_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) = 0;
    virtual future<> flush() = 0;
    virtual future<struct stat> stat() = 0;
    virtual future<struct stat> statat(std::string_view name, int flags = 0);
    virtual future<> truncate(uint64_t length) = 0;
    virtual future<> discard(uint64_t offset, uint64_t length) = 0;
    virtual future<int> ioctl(uint64_t cmd, void* argp) noexcept;
    virtual future<int> ioctl_short(uint64_t cmd, void* argp) noexcept;
    virtual future<int> fcntl(int op, uintptr_t arg) noexcept;
    virtual future<int> fcntl_short(int op, uintptr_t arg) noexcept;
    virtual future<> allocate(uint64_t position, uint64_t length) = 0;
    virtual future<uint64_t> size() = 0;
    virtual future<> close() = 0;
    virtual std::unique_ptr<file_handle_impl> dup();
    virtual subscription<directory_entry> list_directory(std::function<future<>(directory_entry de)> next) = 0;
    /// At least what there is of the range, and up to the next multiple of the alignment; shorter at the end only.
    virtual future<temporary_buffer<uint8_t>> dma_read_bulk(uint64_t offset, size_t range_size, io_intent* intent) = 0;

protected:
    friend class file;
    unsigned _memory_dma_alignment = 4096;
    unsigned _disk_read_dma_alignment = 4096;
    unsigned _disk_write_dma_alignment = 4096;
    unsigned _disk_overwrite_dma_alignment = 4096; ///< where the file has data already
    unsigned _read_max_length = 1u << 30;
    unsigned _write_max_length = 1u << 30;
};

/// A handle of an open file: copies share it. Shard: the one that opened it (dup() for others). close() before the last
/// copy goes; errors of late writes are told by flush() and close() only.
///
/// All functions give futures, which fail with std::system_error; offsets and lengths are bytes. A request that was
/// made need not be waited for before the next one, and the order of two that overlap is not defined.
class file {
public:
    /// No file: only assigning and the bool are allowed.
    file() noexcept = default;
    explicit file(shared_ptr<file_impl> impl) noexcept : _file_impl(std::move(impl)) {}
    explicit file(file_handle&& handle) : _file_impl(std::move(*handle._impl).to_file()) {}

    explicit operator bool() const noexcept { return bool(_file_impl); }

    /// Thrown by dma_read_exactly() where the file is too short.
    class eof_error : public std::exception {
    public:
        const char* what() const noexcept override { return "file is too short"; }
    };

    uint64_t disk_read_dma_alignment() const noexcept { return _file_impl->_disk_read_dma_alignment; }
    uint64_t disk_write_dma_alignment() const noexcept { return _file_impl->_disk_write_dma_alignment; }
    uint64_t disk_overwrite_dma_alignment() const noexcept { return _file_impl->_disk_overwrite_dma_alignment; }
    uint64_t memory_dma_alignment() const noexcept { return _file_impl->_memory_dma_alignment; }
    size_t disk_read_max_length() const noexcept { return _file_impl->_read_max_length; }
    size_t disk_write_max_length() const noexcept { return _file_impl->_write_max_length; }

    /// Reads into memory of the caller's; bytes read, less at the end of the file.
    template <typename CharType>
    future<size_t> dma_read(uint64_t aligned_pos, CharType* aligned_buffer, size_t aligned_len,
                            io_intent* intent = nullptr) noexcept {
        return read_into(aligned_pos, reinterpret_cast<uint8_t*>(aligned_buffer), aligned_len, intent);
    }
    future<size_t> dma_read(uint64_t pos, std::vector<iovec> iov, io_intent* intent = nullptr) noexcept;
    /// Reads any range; shorter at the end of the file.
    template <typename CharType>
    future<temporary_buffer<CharType>> dma_read(uint64_t pos, size_t len, io_intent* intent = nullptr) noexcept {
        return cast<CharType>(read_up_to(pos, len, intent));
    }
    /// The same; fails with eof_error where the file is too short.
    template <typename CharType>
    future<temporary_buffer<CharType>> dma_read_exactly(uint64_t pos, size_t len,
                                                        io_intent* intent = nullptr) noexcept {
        return cast<CharType>(read_exactly(pos, len, intent));
    }
    /// Reads a range and what comes along: up to the next multiple of the alignment.
    template <typename CharType>
    future<temporary_buffer<CharType>> dma_read_bulk(uint64_t offset, size_t range_size,
                                                     io_intent* intent = nullptr) noexcept {
        return cast<CharType>(read_bulk(offset, range_size, intent));
    }

    /// Bytes written.
    template <typename CharType>
    future<size_t> dma_write(uint64_t pos, const CharType* buffer, size_t len, io_intent* intent = nullptr) noexcept {
        return write_from(pos, reinterpret_cast<const uint8_t*>(buffer), len, intent);
    }
    future<size_t> dma_write(uint64_t pos, std::vector<iovec> iov, io_intent* intent = nullptr) noexcept;

    future<struct stat> stat() noexcept;
    /// Of a name in this directory; flags as of fstatat(2).
    future<struct stat> statat(std::string_view name, int flags = 0) noexcept;
    future<uint64_t> size() const noexcept;
    /// Sets the size: cuts off, or appends zeros.
    future<> truncate(uint64_t length) noexcept;
    /// Takes disk space for a range, without changing the size or what is read.
    future<> allocate(uint64_t position, uint64_t length) noexcept;
    /// Gives the disk space of a range back; it reads as zeros.
    future<> discard(uint64_t offset, uint64_t length) noexcept;
    /// Everything written so far is on the disk when this resolves. Once it has failed, the file refuses to write: what
    /// has become of the data is unknown.
    future<> flush() noexcept;
    /// Requires: no request is in progress. Once. Keeps the file alive until it is closed.
    future<> close() noexcept;

    /// The arguments and results of ioctl(2) and fcntl(2). The short ones run on the shard.
    future<int> ioctl(uint64_t cmd, void* argp) noexcept;
    future<int> ioctl_short(uint64_t cmd, void* argp) noexcept;
    future<int> fcntl(int op, uintptr_t arg = 0) noexcept;
    future<int> fcntl_short(int op, uintptr_t arg = 0) noexcept;
    /// F_GET_RW_HINT and F_SET_RW_HINT of fcntl(2).
    future<uint64_t> get_inode_lifetime_hint() noexcept;
    future<> set_inode_lifetime_hint(uint64_t hint) noexcept;

    /// The entries of a directory, without "." and "..", one at a time. The subscription's done() tells the end; it
    /// keeps the directory open as long as it lives.
    subscription<directory_entry> list_directory(std::function<future<>(directory_entry de)> next);

    /// The same open file, for another shard.
    file_handle dup();

private:
    friend class file_impl;
    friend class file_handle;
    future<size_t> read_into(uint64_t pos, uint8_t* buffer, size_t len, io_intent* intent) noexcept;
    future<size_t> write_from(uint64_t pos, const uint8_t* buffer, size_t len, io_intent* intent) noexcept;
    future<temporary_buffer<uint8_t>> read_up_to(uint64_t pos, size_t len, io_intent* intent) noexcept;
    future<temporary_buffer<uint8_t>> read_exactly(uint64_t pos, size_t len, io_intent* intent) noexcept;
    future<temporary_buffer<uint8_t>> read_bulk(uint64_t offset, size_t range_size, io_intent* intent) noexcept;

    template <typename CharType>
    static future<temporary_buffer<CharType>> cast(future<temporary_buffer<uint8_t>> read) noexcept {
        return read.then([](temporary_buffer<uint8_t> bytes) {
            auto* data = reinterpret_cast<CharType*>(bytes.get_write());
            auto size = bytes.size() / sizeof(CharType);
            return temporary_buffer<CharType>(data, size, bytes.release());
        });
    }

    shared_ptr<file_impl> _file_impl;
};

/// Calls func with the file, and closes it whatever comes out.
template <typename Func>
auto with_file(future<file> opened, Func func) noexcept {
    return std::move(opened).then([func = std::move(func)](file f) mutable {
        return futurize_invoke(func, f).finally([f]() mutable { return f.close(); });
    });
}

/// The same, but leaves the file open where func succeeds. A failure to close it then is not told.
template <typename Func>
auto with_file_close_on_failure(future<file> opened, Func func) noexcept {
    return std::move(opened).then([func = std::move(func)](file f) mutable {
        return futurize_invoke(func, f).then_wrapped([f](auto result) mutable {
            if (!result.failed()) {
                return result;
            }
            return f.close().then_wrapped([result = std::move(result)](future<> closed) mutable {
                closed.ignore_ready_future();
                return std::move(result);
            });
        });
    });
}

}
