/// The flags and kinds that files are opened with and described by.
#pragma once

#include <cstdint>
#include <fcntl.h>    // tidy-allow(syscall): the values of the flags
#include <sys/stat.h> // tidy-allow(syscall): the same
#include <type_traits>

namespace seastar {

/// open(2). To be combined with |. O_CLOEXEC is always on.
enum class open_flags {
    rw = O_RDWR,
    ro = O_RDONLY,
    wo = O_WRONLY,
    create = O_CREAT,
    truncate = O_TRUNC,
    exclusive = O_EXCL,
    dsync = O_DSYNC, ///< a write has reached the disk when it is done
};

/// What a directory entry is.
enum class directory_entry_type {
    unknown,
    block_device,
    char_device,
    directory,
    fifo,
    link,
    regular,
    socket,
};

/// The kinds of file systems that programs tell apart.
enum class fs_type {
    other,
    xfs,
    ext2,
    ext3,
    ext4,
    btrfs,
    hfs,
    tmpfs,
};

/// access(2).
enum class access_flags {
    exists = 0,
    read = 4,
    write = 2,
    execute = 1,
    lookup = execute, ///< of a directory
};

/// renameat2(2).
enum class rename_flags : unsigned {
    none = 0,
    noreplace = 1 << 0, ///< fails with EEXIST instead of replacing
    exchange = 1 << 1,  ///< each takes the other's name
};

/// chmod(2).
enum class file_permissions {
    user_read = S_IRUSR,
    user_write = S_IWUSR,
    user_execute = S_IXUSR,
    group_read = S_IRGRP,
    group_write = S_IWGRP,
    group_execute = S_IXGRP,
    others_read = S_IROTH,
    others_write = S_IWOTH,
    others_execute = S_IXOTH,
    user_permissions = user_read | user_write | user_execute,
    group_permissions = group_read | group_write | group_execute,
    others_permissions = others_read | others_write | others_execute,
    all_permissions = user_permissions | group_permissions | others_permissions,
    default_file_permissions = user_read | user_write | group_read | group_write | others_read | others_write,
    default_dir_permissions = all_permissions, ///< both before the process's umask
};

namespace internal {

template <typename T>
inline constexpr bool is_file_flags = std::is_same_v<T, open_flags> || std::is_same_v<T, access_flags> ||
    std::is_same_v<T, rename_flags> || std::is_same_v<T, file_permissions>;

}

template <typename T>
    requires internal::is_file_flags<T>
constexpr T operator|(T a, T b) noexcept {
    using number = std::underlying_type_t<T>;
    return static_cast<T>(static_cast<number>(a) | static_cast<number>(b));
}

template <typename T>
    requires internal::is_file_flags<T>
constexpr T operator&(T a, T b) noexcept {
    using number = std::underlying_type_t<T>;
    return static_cast<T>(static_cast<number>(a) & static_cast<number>(b));
}

template <typename T>
    requires internal::is_file_flags<T>
constexpr T& operator|=(T& a, T b) noexcept {
    return a = a | b;
}

}
