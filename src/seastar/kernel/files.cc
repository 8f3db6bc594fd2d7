#include "files.hh"

#include "operating_system.hh"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <new>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace seastar::kernel {
namespace {

/// One system call; a substitute has no files.
template <typename Call>
auto ask(Call call) noexcept -> decltype(call()) {
    return substitute() ? -EOPNOTSUPP : retry(call);
}

bool is_dots(std::string_view name) noexcept { return name == "." || name == ".."; }

/// Returns false when there is no memory.
bool append_entries(const char* buffer, size_t size, std::vector<directory_item>& items) noexcept {
    try {
        for (size_t at = 0; at < size;) {
            auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
            at += entry->d_reclen;
            if (!is_dots(entry->d_name)) {
                items.push_back({entry->d_name, entry->d_type});
            }
        }
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

}

int open_file(const char* path, int flags, unsigned mode) noexcept {
    return ask([&] { return ::open(path, flags | O_CLOEXEC, static_cast<mode_t>(mode)); });
}

int close_file(int fd) noexcept {
    // Closed in any case, so never again.
    return ::close(fd) == 0 || errno == EINTR ? 0 : -errno;
}

int set_direct(int fd) noexcept {
    int flags = file_control(fd, F_GETFL, 0);
    return flags < 0 ? flags : file_control(fd, F_SETFL, static_cast<uintptr_t>(flags | O_DIRECT));
}

int direct_alignment(int fd, unsigned& memory, unsigned& offset) noexcept {
    memory = offset = 0;
#ifdef STATX_DIOALIGN
    struct statx found{};
    int result = ask([&] { return ::statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &found); });
    if (result == 0 && (found.stx_mask & STATX_DIOALIGN) != 0) {
        memory = found.stx_dio_mem_align;
        offset = found.stx_dio_offset_align;
    }
    return result;
#else
    return file_control(fd, F_GETFD, 0) < 0 ? -EBADF : 0;
#endif
}

int64_t read_at(int fd, const iovec* pieces, int count, uint64_t offset) noexcept {
    return ask([&] { return ::preadv(fd, pieces, count, static_cast<off_t>(offset)); });
}

int64_t write_at(int fd, const iovec* pieces, int count, uint64_t offset) noexcept {
    return ask([&] { return ::pwritev(fd, pieces, count, static_cast<off_t>(offset)); });
}

int sync_file(int fd) noexcept {
    struct stat info;
    if (int error = stat_file(fd, info); error < 0) {
        return error;
    }
    return ask([&] { return S_ISDIR(info.st_mode) ? ::fsync(fd) : ::fdatasync(fd); });
}

int set_file_size(int fd, uint64_t size) noexcept {
    return ask([&] { return ::ftruncate(fd, static_cast<off_t>(size)); });
}

int allocate_range(int fd, uint64_t offset, uint64_t length) noexcept {
    return ask([&] {
        return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(length));
    });
}

int discard_range(int fd, uint64_t offset, uint64_t length) noexcept {
    return ask([&] {
        return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                           static_cast<off_t>(length));
    });
}

int stat_file(int fd, struct stat& result) noexcept {
    return ask([&] { return ::fstat(fd, &result); });
}

int64_t file_size(int fd) noexcept {
    struct stat info;
    if (int error = stat_file(fd, info); error < 0) {
        return error;
    }
    if (!S_ISBLK(info.st_mode)) {
        return info.st_size;
    }
    uint64_t bytes = 0;
    int error = io_control(fd, BLKGETSIZE64, &bytes);
    return error < 0 ? error : static_cast<int64_t>(bytes);
}

int file_control(int fd, int operation, uintptr_t argument) noexcept {
    return ask([&] { return ::fcntl(fd, operation, argument); });
}

int io_control(int fd, unsigned long command, void* argument) noexcept {
    return ask([&] { return ::ioctl(fd, command, argument); });
}

int stat_path(int fd, const char* path, int flags, struct stat& result) noexcept {
    return ask([&] { return ::fstatat(fd, path, &result, flags); });
}

int check_access(const char* path, int mode) noexcept {
    return ask([&] { return ::access(path, mode); });
}

int make_directory(const char* path, unsigned mode) noexcept {
    return ask([&] { return ::mkdir(path, static_cast<mode_t>(mode)); });
}

int remove_path(const char* path) noexcept {
    int result = ask([&] { return ::unlink(path); });
    return result == -EISDIR ? ask([&] { return ::rmdir(path); }) : result;
}

int rename_path(const char* from, const char* to, unsigned flags) noexcept {
    return ask([&] { return ::renameat2(AT_FDCWD, from, AT_FDCWD, to, flags); });
}

int link_path(const char* from, const char* to) noexcept {
    return ask([&] { return ::link(from, to); });
}

int change_mode(const char* path, unsigned mode) noexcept {
    return ask([&] { return ::chmod(path, static_cast<mode_t>(mode)); });
}

int change_owner(const char* path, uid_t owner, gid_t group) noexcept {
    return ask([&] { return ::chown(path, owner, group); });
}

int file_system_kind(const char* path, uint32_t& magic) noexcept {
    struct statfs found;
    int result = ask([&] { return ::statfs(path, &found); });
    if (result == 0) {
        magic = static_cast<uint32_t>(found.f_type);
    }
    return result;
}

int file_system_stat(const char* path, struct statvfs& result) noexcept {
    return ask([&] { return ::statvfs(path, &result); });
}

int rewind_directory(int fd) noexcept {
    return static_cast<int>(ask([&] { return ::lseek(fd, 0, SEEK_SET); }));
}

int64_t read_directory(int fd, std::vector<directory_item>& items) noexcept {
    alignas(dirent64) char buffer[32 * 1024];
    auto before = items.size();
    while (items.size() == before) { // a piece may hold "." and ".." only
        int64_t size = ask([&] { return ::getdents64(fd, buffer, sizeof(buffer)); });
        if (size <= 0) {
            return size;
        }
        if (!append_entries(buffer, static_cast<size_t>(size), items)) {
            return -ENOMEM;
        }
    }
    return static_cast<int64_t>(items.size() - before);
}

}
