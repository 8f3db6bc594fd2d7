/// Files by name: a part of core/seastar.hh, which is what programs include. They act on the calling shard, and do not
/// block it.
///
/// Names are relative to the process's working directory. Failures are std::filesystem::filesystem_error, a
/// std::system_error that says what was tried with which file. What becomes of names is on the disk when the directory
/// has been synchronised (sync_directory()), and data when file::flush() has resolved.
#pragma once

#include <seastar/core/file-types.hh>
#include <seastar/core/future.hh>
#include <seastar/util/bool_class.hh>

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/statvfs.h>

namespace seastar {

class file;
struct file_open_options;
struct stat_data;

struct follow_symlink_tag {};
using follow_symlink = bool_class<follow_symlink_tag>;

/// Opens a file, or makes it (open_flags::create). core/file.hh says how it is read and written.
future<file> open_file_dma(std::string_view name, open_flags flags = open_flags::ro) noexcept;
future<file> open_file_dma(std::string_view name, open_flags flags, file_open_options options) noexcept;
/// Whether files in that directory are read and written without a copy in the kernel; fails where they cannot be.
future<> check_direct_io_support(std::string_view path) noexcept;

/// For file::list_directory() and file::flush().
future<file> open_directory(std::string_view name) noexcept;
future<> make_directory(std::string_view name,
                        file_permissions permissions = file_permissions::default_dir_permissions) noexcept;
/// Makes it unless it is there already.
future<> touch_directory(std::string_view name,
                         file_permissions permissions = file_permissions::default_dir_permissions) noexcept;
/// The same, and all directories above it.
future<> recursive_touch_directory(std::string_view name,
                                   file_permissions permissions = file_permissions::default_dir_permissions) noexcept;
/// What was done to the names in it is on the disk when this resolves.
future<> sync_directory(std::string_view name) noexcept;

/// A file, or an empty directory.
future<> remove_file(std::string_view name) noexcept;
future<> rename_file(std::string_view old_name, std::string_view new_name) noexcept;
future<> rename_file(std::string_view old_name, std::string_view new_name, rename_flags flags) noexcept;
future<> link_file(std::string_view old_name, std::string_view new_name) noexcept;
future<> chmod(std::string_view name, file_permissions permissions) noexcept;
future<> chown(std::string_view name, uid_t owner, gid_t group) noexcept;

/// None where there is no such file.
future<std::optional<directory_entry_type>> file_type(std::string_view name,
                                                      follow_symlink follow = follow_symlink::yes) noexcept;
future<stat_data> file_stat(std::string_view name, follow_symlink follow = follow_symlink::yes) noexcept;
/// In bytes.
future<uint64_t> file_size(std::string_view name) noexcept;
future<bool> file_accessible(std::string_view name, access_flags flags) noexcept;
future<bool> file_exists(std::string_view name) noexcept;

/// Of the file system that a file is on: its kind; bytes that this user can have; bytes that nobody has.
future<fs_type> file_system_at(std::string_view name) noexcept;
future<uint64_t> fs_avail(std::string_view name) noexcept;
future<uint64_t> fs_free(std::string_view name) noexcept;

namespace internal {

/// statvfs(3); reactor::statvfs().
future<struct ::statvfs> file_system_stat(std::string_view name) noexcept;

}
}
