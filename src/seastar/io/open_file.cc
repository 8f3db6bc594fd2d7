#include "io/open_file.hh"

#include "kernel/files.hh"

#include <seastar/util/assert.hh>

#include <algorithm>
#include <fcntl.h>

namespace seastar::io {

int open_file::open(int flags, unsigned mode) noexcept {
    int fd = kernel::open_file(_path.c_str(), flags, mode);
    if (fd < 0) {
        return fd;
    }
    _fd.reset(fd);
    if ((flags & O_DIRECTORY) != 0) {
        return 0;
    }
    int error = kernel::set_direct(fd);
    if (error < 0) {
        return error == -EINVAL ? 0 : error;
    }
    _direct = true;
    unsigned memory = 0, offset = 0;
    if (kernel::direct_alignment(fd, memory, offset) == 0) { // else an old kernel, and the usual has to do
        _memory_alignment = std::max(_memory_alignment, memory);
        _disk_alignment = std::max(_disk_alignment, offset);
    }
    return 0;
}

int open_file::sync() noexcept {
    std::lock_guard held(_syncing);
    if (int error = failure()) {
        return -error;
    }
    int result = kernel::sync_file(fd());
    if (result < 0) {
        _failure.store(-result, std::memory_order_relaxed);
    }
    return result;
}

std::system_error open_file::error(const char* call, int error, std::string_view entry) const {
    auto text = std::string(call) + ": " + _path;
    if (!entry.empty()) {
        text.append(text.ends_with('/') ? "" : "/").append(entry);
    }
    return std::system_error(error, std::system_category(), text);
}

file_share::file_share(const file_share& other) noexcept : _file(other._file) {
    SEASTAR_ASSERT(other._held);
    _file->_shares.fetch_add(1, std::memory_order_relaxed);
}

int file_share::close() noexcept {
    if (!std::exchange(_held, false) || _file->_shares.fetch_sub(1, std::memory_order_acq_rel) > 1) {
        return 0;
    }
    return kernel::close_file(_file->_fd.release());
}

}
