#include <seastar/core/internal/file_system.hh>

#include "io/blocking_call.hh"
#include "io/file_kind.hh"
#include "io/posix_file.hh"
#include "kernel/fd.hh"
#include "kernel/files.hh"

#include <seastar/core/file.hh>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <linux/magic.h>
#include <string>
#include <system_error>

namespace seastar {
namespace {

std::exception_ptr failure(const char* what, const std::string& name, int error) {
    return std::make_exception_ptr(
        std::filesystem::filesystem_error(what, name, std::error_code(error, std::system_category())));
}

/// What `call` returns for the name: a number, or -errno.
template <typename Call>
future<int64_t> number_of(const char* what, std::string_view name, Call call) noexcept {
    try {
        return io::call_blocking([name = std::string(name), call = std::move(call)] {
                   return static_cast<int64_t>(call(name.c_str()));
               })
            .then([what, name = std::string(name)](int64_t result) {
                return result < 0 ? make_exception_future<int64_t>(failure(what, name, static_cast<int>(-result)))
                                  : make_ready_future<int64_t>(result);
            });
    } catch (...) {
        return current_exception_as_future<int64_t>();
    }
}

template <typename Call>
future<> done_by(const char* what, std::string_view name, Call call) noexcept {
    return number_of(what, name, std::move(call)).discard_result();
}

/// The same for a call that fills in a result.
template <typename Result, typename Call>
future<Result> result_of(const char* what, std::string_view name, Call call) noexcept {
    struct answer {
        int error;
        Result result;
    };
    try {
        return io::call_blocking([name = std::string(name), call = std::move(call)] {
                   answer a{};
                   a.error = call(name.c_str(), a.result);
                   return a;
               })
            .then([what, name = std::string(name)](answer a) {
                return a.error < 0 ? make_exception_future<Result>(failure(what, name, -a.error))
                                   : make_ready_future<Result>(a.result);
            });
    } catch (...) {
        return current_exception_as_future<Result>();
    }
}

future<struct ::stat> stat_of(std::string_view name, follow_symlink follow) noexcept {
    return result_of<struct ::stat>("stat", name, [follow](const char* path, struct ::stat& result) {
        return kernel::stat_path(AT_FDCWD, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, result);
    });
}

std::chrono::system_clock::time_point time_of(const timespec& t) {
    return std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(
        std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec)));
}

stat_data described(const struct ::stat& s) {
    stat_data d;
    d.device_id = s.st_dev;
    d.inode_number = s.st_ino;
    d.mode = s.st_mode;
    d.type = io::kind_of_mode(s.st_mode);
    d.number_of_links = s.st_nlink;
    d.uid = s.st_uid;
    d.gid = s.st_gid;
    d.rdev = s.st_rdev;
    d.size = static_cast<uint64_t>(s.st_size);
    d.block_size = static_cast<uint64_t>(s.st_blksize);
    d.allocated_size = static_cast<uint64_t>(s.st_blocks) * 512;
    d.time_accessed = time_of(s.st_atim);
    d.time_modified = time_of(s.st_mtim);
    d.time_changed = time_of(s.st_ctim);
    return d;
}

fs_type kind_of_magic(uint32_t magic) noexcept {
    switch (magic) {
    case XFS_SUPER_MAGIC:
        return fs_type::xfs;
    case EXT4_SUPER_MAGIC: // of ext2 and ext3, too, which the driver of ext4 serves
        return fs_type::ext4;
    case BTRFS_SUPER_MAGIC:
        return fs_type::btrfs;
    case 0x4244: // HFS
        return fs_type::hfs;
    case TMPFS_MAGIC:
        return fs_type::tmpfs;
    default:
        return fs_type::other;
    }
}

/// Whether there is a directory now; -errno when it could not be made.
int make_unless_there(const char* path, unsigned mode) noexcept {
    int error = kernel::make_directory(path, mode);
    struct ::stat found {};
    if (error == -EEXIST && kernel::stat_path(AT_FDCWD, path, 0, found) == 0 && S_ISDIR(found.st_mode)) {
        return 0;
    }
    return error;
}

/// The directories above come first; one that cannot be made decides.
int make_all(std::string path, unsigned mode) noexcept {
    for (size_t at = 1; at < path.size(); ++at) {
        if (path[at] == '/' && path[at - 1] != '/') {
            path[at] = '\0';
            int error = make_unless_there(path.c_str(), mode);
            path[at] = '/';
            if (error < 0) {
                return error;
            }
        }
    }
    return make_unless_there(path.c_str(), mode);
}

unsigned mode_of(file_permissions permissions) noexcept { return static_cast<unsigned>(permissions); }

future<file> opened(future<shared_ptr<file_impl>> opening) noexcept {
    return opening.then([](shared_ptr<file_impl> impl) { return file(std::move(impl)); });
}

}

future<file> open_file_dma(std::string_view name, open_flags flags) noexcept {
    return open_file_dma(name, flags, file_open_options());
}

future<file> open_file_dma(std::string_view name, open_flags flags, file_open_options options) noexcept {
    return opened(futurize_invoke([&] { return io::open_posix_file(std::string(name), flags, options); }));
}

future<file> open_directory(std::string_view name) noexcept {
    return opened(futurize_invoke([&] { return io::open_posix_directory(std::string(name)); }));
}

future<> check_direct_io_support(std::string_view path) noexcept {
    return done_by("open with O_DIRECT", path, [](const char* directory) {
        int fd = kernel::open_file(directory, O_TMPFILE | O_RDWR | O_DIRECT, 0600);
        if (fd >= 0) {
            kernel::close_fd(fd);
        }
        return fd;
    });
}

future<> make_directory(std::string_view name, file_permissions permissions) noexcept {
    return done_by("mkdir", name,
                   [permissions](const char* path) { return kernel::make_directory(path, mode_of(permissions)); });
}

future<> touch_directory(std::string_view name, file_permissions permissions) noexcept {
    return done_by("mkdir", name,
                   [permissions](const char* path) { return make_unless_there(path, mode_of(permissions)); });
}

future<> recursive_touch_directory(std::string_view name, file_permissions permissions) noexcept {
    return done_by("mkdir", name, [permissions](const char* path) { return make_all(path, mode_of(permissions)); });
}

future<> sync_directory(std::string_view name) noexcept {
    return done_by("fsync", name, [](const char* path) {
        int fd = kernel::open_file(path, O_RDONLY | O_DIRECTORY, 0);
        if (fd < 0) {
            return fd;
        }
        int error = kernel::sync_file(fd);
        kernel::close_fd(fd);
        return error;
    });
}

future<> remove_file(std::string_view name) noexcept {
    return done_by("remove", name, [](const char* path) { return kernel::remove_path(path); });
}

future<> rename_file(std::string_view old_name, std::string_view new_name) noexcept {
    return rename_file(old_name, new_name, rename_flags::none);
}

future<> rename_file(std::string_view old_name, std::string_view new_name, rename_flags flags) noexcept {
    return futurize_invoke([&] {
        return done_by("rename", old_name, [to = std::string(new_name), flags](const char* from) {
            return kernel::rename_path(from, to.c_str(), static_cast<unsigned>(flags));
        });
    });
}

future<> link_file(std::string_view old_name, std::string_view new_name) noexcept {
    return futurize_invoke([&] {
        return done_by("link", old_name,
                       [to = std::string(new_name)](const char* from) { return kernel::link_path(from, to.c_str()); });
    });
}

future<> chmod(std::string_view name, file_permissions permissions) noexcept {
    return done_by("chmod", name,
                   [permissions](const char* path) { return kernel::change_mode(path, mode_of(permissions)); });
}

future<> chown(std::string_view name, uid_t owner, gid_t group) noexcept {
    return done_by("chown", name,
                   [owner, group](const char* path) { return kernel::change_owner(path, owner, group); });
}

future<std::optional<directory_entry_type>> file_type(std::string_view name, follow_symlink follow) noexcept {
    using answer = std::optional<directory_entry_type>;
    return stat_of(name, follow).then_wrapped([](future<struct ::stat> f) {
        try {
            return make_ready_future<answer>(io::kind_of_mode(f.get().st_mode));
        } catch (const std::system_error& e) {
            if (e.code().value() == ENOENT || e.code().value() == ENOTDIR) {
                return make_ready_future<answer>(std::nullopt);
            }
            return current_exception_as_future<answer>();
        }
    });
}

future<stat_data> file_stat(std::string_view name, follow_symlink follow) noexcept {
    return stat_of(name, follow).then([](struct ::stat s) { return described(s); });
}

future<uint64_t> file_size(std::string_view name) noexcept {
    return stat_of(name, follow_symlink::yes).then([](struct ::stat s) { return static_cast<uint64_t>(s.st_size); });
}

future<bool> file_accessible(std::string_view name, access_flags flags) noexcept {
    // What it does not permit is no failure.
    return number_of("access", name, [flags](const char* path) {
               int error = kernel::check_access(path, static_cast<int>(flags));
               bool answered = error == -ENOENT || error == -ENOTDIR || error == -EACCES || error == -EROFS;
               return error == 0 ? 1 : answered ? 0 : error;
           }).then([](int64_t accessible) { return accessible != 0; });
}

future<bool> file_exists(std::string_view name) noexcept { return file_accessible(name, access_flags::exists); }

future<fs_type> file_system_at(std::string_view name) noexcept {
    return result_of<uint32_t>("statfs", name, [](const char* path, uint32_t& magic) {
               return kernel::file_system_kind(path, magic);
           }).then(kind_of_magic);
}

future<uint64_t> fs_avail(std::string_view name) noexcept {
    return internal::file_system_stat(name).then([](struct ::statvfs s) { return uint64_t(s.f_bavail) * s.f_frsize; });
}

future<uint64_t> fs_free(std::string_view name) noexcept {
    return internal::file_system_stat(name).then([](struct ::statvfs s) { return uint64_t(s.f_bfree) * s.f_frsize; });
}

namespace internal {

future<struct ::statvfs> file_system_stat(std::string_view name) noexcept {
    return result_of<struct ::statvfs>("statvfs", name, [](const char* path, struct ::statvfs& result) {
        return kernel::file_system_stat(path, result);
    });
}

}
}
