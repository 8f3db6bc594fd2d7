#include "io/posix_file.hh"

#include "io/file_kind.hh"
#include "kernel/files.hh"
#include "loop/shard.hh"

#include <dirent.h>

namespace seastar::io {

namespace {

std::optional<directory_entry_type> entry_type(unsigned char type) noexcept {
    return type == DT_UNKNOWN ? std::nullopt : std::optional(kind_of_mode(DTTOIF(type)));
}

class posix_handle final : public file_handle_impl {
    file_share _share;

public:
    explicit posix_handle(file_share share) noexcept : _share(std::move(share)) {}
    std::unique_ptr<file_handle_impl> clone() const override { return std::make_unique<posix_handle>(_share); }
    shared_ptr<file_impl> to_file() && override { return make_shared<posix_file>(std::move(_share)); }
};

future<shared_ptr<file_impl>> open_with(std::string path, int flags, unsigned mode) noexcept {
    return futurize_invoke([&] {
        auto file = std::make_shared<open_file>(std::move(path));
        return call_blocking([file, flags, mode] { return file->open(flags, mode); }).then([file](int error) {
            if (error < 0) {
                return make_exception_future<shared_ptr<file_impl>>(file->error("open", -error));
            }
            return make_ready_future<shared_ptr<file_impl>>(make_shared<posix_file>(file_share(file)));
        });
    });
}

}

future<shared_ptr<file_impl>> open_posix_file(std::string path, open_flags flags, file_open_options options) noexcept {
    return open_with(std::move(path), static_cast<int>(flags), static_cast<unsigned>(options.create_permissions));
}

future<shared_ptr<file_impl>> open_posix_directory(std::string path) noexcept {
    return open_with(std::move(path), O_RDONLY | O_DIRECTORY, 0);
}

posix_file::posix_file(file_share share) noexcept
    : _share(std::move(share)), _ring([] {
          auto& ring = loop::this_shard().ring();
          return std::string_view(ring.name()) == "io_uring" ? &ring : nullptr;
      }()) {
    auto& file = _share.file();
    _memory_dma_alignment = file.memory_alignment();
    _disk_read_dma_alignment = _disk_write_dma_alignment = _disk_overwrite_dma_alignment = file.disk_alignment();
}

future<> posix_file::flush() {
    return modify("fdatasync", [&file = _share.file()](int fd) { return fd < 0 ? -EBADF : file.sync(); });
}

future<> posix_file::truncate(uint64_t length) {
    return modify("ftruncate", [length](int fd) { return kernel::set_file_size(fd, length); });
}

future<> posix_file::discard(uint64_t offset, uint64_t length) {
    return modify("fallocate", [offset, length](int fd) { return kernel::discard_range(fd, offset, length); });
}

future<> posix_file::allocate(uint64_t position, uint64_t length) {
    return modify("fallocate", [position, length](int fd) {
        int result = kernel::allocate_range(fd, position, length);
        return result == -EOPNOTSUPP ? 0 : result;
    });
}

future<> posix_file::close() {
    SEASTAR_ASSERT(_share.held());
    auto close_share = [share = file_share(std::move(_share))]() mutable -> int64_t { return share.close(); };
    return answer<void>("close", call_blocking(std::move(close_share)));
}

future<struct stat> posix_file::stat() {
    auto owned = std::make_unique<struct stat>();
    return ask<void>("fstat", [result = owned.get()](int fd) {
        return kernel::stat_file(fd, *result);
    }).then([owned = std::move(owned)] { return *owned; });
}

future<struct stat> posix_file::statat(std::string_view name, int flags) {
    struct found {
        int error;
        struct stat info;
    };
    auto look = [fd = _share.fd(), path = std::string(name), flags] {
        found result;
        result.error = kernel::stat_path(fd, path.c_str(), flags, result.info);
        return result;
    };
    return call_blocking(std::move(look)).then([self = shared_from_this(), path = std::string(name)](found result) {
        if (result.error < 0) {
            return make_exception_future<struct stat>(self->_share.file().error("fstatat", -result.error, path));
        }
        return make_ready_future<struct stat>(result.info);
    });
}

future<uint64_t> posix_file::size() {
    return ask<uint64_t>("fstat", [](int fd) { return kernel::file_size(fd); });
}

future<int> posix_file::ioctl(uint64_t cmd, void* argp) noexcept {
    return ask<int>("ioctl", [cmd, argp](int fd) { return kernel::io_control(fd, cmd, argp); });
}

future<int> posix_file::ioctl_short(uint64_t cmd, void* argp) noexcept {
    return answer<int>("ioctl", kernel::io_control(_share.fd(), cmd, argp));
}

future<int> posix_file::fcntl(int op, uintptr_t arg) noexcept {
    return ask<int>("fcntl", [op, arg](int fd) { return kernel::file_control(fd, op, arg); });
}

future<int> posix_file::fcntl_short(int op, uintptr_t arg) noexcept {
    return answer<int>("fcntl", kernel::file_control(_share.fd(), op, arg));
}

// ---- directories

struct posix_file::listing {
    stream<directory_entry> entries;
    std::vector<kernel::directory_item> items; ///< read and not all produced
    bool begun = false;
};

future<stop_iteration> posix_file::list_some(listing& l) {
    l.items.clear();
    auto read = ask<size_t>("getdents64", [&items = l.items, first = !std::exchange(l.begun, true)](int fd) -> int64_t {
        int error = first ? kernel::rewind_directory(fd) : 0;
        return error < 0 ? error : kernel::read_directory(fd, items);
    });
    return read.then([&l](size_t n) {
        return do_for_each(l.items, [&l](kernel::directory_item& item) {
            return l.entries.produce({std::move(item.name), entry_type(item.type)});
        }).then([n] { return stop_iteration(n == 0); });
    });
}

subscription<directory_entry> posix_file::list_directory(std::function<future<>(directory_entry de)> next) {
    auto owned = std::make_unique<listing>();
    auto& l = *owned;
    auto result = l.entries.listen(std::move(next));
    auto listed = repeat([self = shared_from_this(), &l] { return self->list_some(l); });
    (void)listed.then_wrapped([self = shared_from_this(), owned = std::move(owned)](future<> f) {
        if (f.failed()) {
            owned->entries.set_exception(f.get_exception());
        } else {
            owned->entries.close();
        }
    });
    return result;
}

// ---- other shards

std::unique_ptr<file_handle_impl> posix_file::dup() { return std::make_unique<posix_handle>(_share); }

}
