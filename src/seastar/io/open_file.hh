/// What the system calls an open file description, and the shares that files have in it: file::dup() gives another
/// shard one, and the last that goes closes the descriptor.
#pragma once

#include "kernel/fd.hh"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

namespace seastar::io {

/// Any thread, once it is open.
class open_file {
public:
    explicit open_file(std::string path) noexcept : _path(std::move(path)) {}
    open_file(const open_file&) = delete;

    /// Flags and mode as of open(2); O_DIRECT where the file system can do that. 0 or -errno. Blocks. Once, before
    /// anybody else knows of this.
    int open(int flags, unsigned mode) noexcept;
    /// The file's data to the disk. 0 or -errno, that of the first failure from then on: the system tells a failure
    /// once, and drops what it could not write, so a later success would say nothing. Blocks.
    int sync() noexcept;
    /// That failure as errno, or 0.
    int failure() const noexcept { return _failure.load(std::memory_order_relaxed); }

    int fd() const noexcept { return _fd.get(); }
    bool direct() const noexcept { return _direct; }
    unsigned memory_alignment() const noexcept { return _memory_alignment; }
    unsigned disk_alignment() const noexcept { return _disk_alignment; }
    /// For what the system refused: names the call and the file, or the entry of a directory.
    std::system_error error(const char* call, int error, std::string_view entry = {}) const;

private:
    friend class file_share;

    // Fixed once it is open; the last share closes it.
    const std::string _path;
    kernel::descriptor _fd;
    bool _direct = false;
    unsigned _memory_alignment = 4096;
    unsigned _disk_alignment = 4096;

    std::atomic<unsigned> _shares{0};
    std::mutex _syncing; ///< a second sync() must see how the first one ends
    std::atomic<int> _failure{0};
};

/// Copies are shares of their own. One thread at a time.
class file_share {
public:
    explicit file_share(std::shared_ptr<open_file> file) noexcept : _file(std::move(file)) { ++_file->_shares; }
    file_share(const file_share& other) noexcept;
    file_share(file_share&& other) noexcept : _file(other._file), _held(std::exchange(other._held, false)) {}
    file_share& operator=(file_share&&) = delete;
    ~file_share() { close(); }

    /// Whether it has been neither closed nor moved from. The file answers in any case.
    bool held() const noexcept { return _held; }
    open_file& file() const noexcept { return *_file; }
    /// The descriptor, or -1, which no call accepts.
    int fd() const noexcept { return _held ? _file->fd() : -1; }
    /// Gives the share up. 0, or, for the last one, what close(2) says as -errno; may block then.
    int close() noexcept;

private:
    std::shared_ptr<open_file> _file;
    bool _held = true;
};

}
