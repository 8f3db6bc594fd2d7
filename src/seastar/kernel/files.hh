/// Files and directories, as far as they need system calls that block. Not for a shard's thread, which
/// io/blocking_call.hh keeps them off; closing and io_control() apart, which do not wait for a disk as a rule.
///
/// Each returns what it is asked for, or -errno: -EOPNOTSUPP under a substitute, whose files do not exist yet.
#pragma once

#include "syscall.hh"

#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <vector>

namespace seastar::kernel {

/// A descriptor; O_CLOEXEC is added.
int open_file(const char* path, int flags, unsigned mode) noexcept;
/// What close(2) has to say of writes before it; closed in any case.
int close_file(int fd) noexcept;
/// Switches O_DIRECT on; -EINVAL where the file system cannot do that. Not by open(2): that may have made the file
/// before it refuses.
int set_direct(int fd) noexcept;
/// What direct reads and writes have to be multiples of; 0 where the system does not say.
int direct_alignment(int fd, unsigned& memory, unsigned& offset) noexcept;

/// Bytes; fewer at the end of the file.
int64_t read_at(int fd, const iovec* pieces, int count, uint64_t offset) noexcept;
int64_t write_at(int fd, const iovec* pieces, int count, uint64_t offset) noexcept;
int sync_file(int fd) noexcept; ///< fdatasync(2); fsync(2) of a directory
int set_file_size(int fd, uint64_t size) noexcept;
int allocate_range(int fd, uint64_t offset, uint64_t length) noexcept; ///< keeps the size
int discard_range(int fd, uint64_t offset, uint64_t length) noexcept;
int stat_file(int fd, struct stat& result) noexcept;
/// The size of a block device too, in bytes.
int64_t file_size(int fd) noexcept;
int file_control(int fd, int operation, uintptr_t argument) noexcept; ///< fcntl(2)
int io_control(int fd, unsigned long command, void* argument) noexcept; ///< ioctl(2)

/// `fd`: of a directory, or AT_FDCWD.
int stat_path(int fd, const char* path, int flags, struct stat& result) noexcept;
int check_access(const char* path, int mode) noexcept;
int make_directory(const char* path, unsigned mode) noexcept;
int remove_path(const char* path) noexcept; ///< a file, or an empty directory
int rename_path(const char* from, const char* to, unsigned flags) noexcept;
int link_path(const char* from, const char* to) noexcept;
int change_mode(const char* path, unsigned mode) noexcept;
int change_owner(const char* path, uid_t owner, gid_t group) noexcept;
int file_system_kind(const char* path, uint32_t& magic) noexcept; ///< of statfs(2)
int file_system_stat(const char* path, struct statvfs& result) noexcept;

/// An entry of a directory. `type` as in readdir(3): DT_REG and so on, DT_UNKNOWN.
struct directory_item {
    std::string name;
    unsigned char type;
};
/// Read again from its beginning.
int rewind_directory(int fd) noexcept;
/// The next entries of an open directory, "." and ".." left out; 0 at the end, else their number.
int64_t read_directory(int fd, std::vector<directory_item>& items) noexcept;

}
