/// What kind of file a mode says it is.
#pragma once

#include <seastar/core/file-types.hh>

namespace seastar::io {

inline directory_entry_type kind_of_mode(mode_t mode) noexcept {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return directory_entry_type::regular;
    case S_IFDIR:
        return directory_entry_type::directory;
    case S_IFLNK:
        return directory_entry_type::link;
    case S_IFBLK:
        return directory_entry_type::block_device;
    case S_IFCHR:
        return directory_entry_type::char_device;
    case S_IFIFO:
        return directory_entry_type::fifo;
    case S_IFSOCK:
        return directory_entry_type::socket;
    default:
        return directory_entry_type::unknown;
    }
}

}
