#include <seastar/core/file.hh>

#include <cerrno>
#include <fcntl.h>
#include <system_error>

namespace seastar {

namespace {

std::system_error not_supported(const char* call) {
    return std::system_error(ENOTSUP, std::system_category(), call);
}

}

// ---- what a file_impl need not have

file_impl* file_impl::get_file_impl(file& f) { return f._file_impl.get(); }

future<struct stat> file_impl::statat(std::string_view, int) {
    return make_exception_future<struct stat>(not_supported("fstatat"));
}

future<int> file_impl::ioctl(uint64_t, void*) noexcept { return make_exception_future<int>(not_supported("ioctl")); }

future<int> file_impl::ioctl_short(uint64_t, void*) noexcept {
    return make_exception_future<int>(not_supported("ioctl"));
}

future<int> file_impl::fcntl(int, uintptr_t) noexcept { return make_exception_future<int>(not_supported("fcntl")); }

future<int> file_impl::fcntl_short(int, uintptr_t) noexcept {
    return make_exception_future<int>(not_supported("fcntl"));
}

std::unique_ptr<file_handle_impl> file_impl::dup() { throw not_supported("dup"); }

// ---- file: what the implementation throws is a failed future

future<size_t> file::read_into(uint64_t pos, uint8_t* buffer, size_t len, io_intent* intent) noexcept {
    return futurize_invoke([&] { return _file_impl->read_dma(pos, buffer, len, intent); });
}

future<size_t> file::dma_read(uint64_t pos, std::vector<iovec> iov, io_intent* intent) noexcept {
    return futurize_invoke([&] { return _file_impl->read_dma(pos, std::move(iov), intent); });
}

future<size_t> file::write_from(uint64_t pos, const uint8_t* buffer, size_t len, io_intent* intent) noexcept {
    return futurize_invoke([&] { return _file_impl->write_dma(pos, buffer, len, intent); });
}

future<size_t> file::dma_write(uint64_t pos, std::vector<iovec> iov, io_intent* intent) noexcept {
    return futurize_invoke([&] { return _file_impl->write_dma(pos, std::move(iov), intent); });
}

future<temporary_buffer<uint8_t>> file::read_bulk(uint64_t offset, size_t range_size, io_intent* intent) noexcept {
    return futurize_invoke([&] { return _file_impl->dma_read_bulk(offset, range_size, intent); });
}

future<temporary_buffer<uint8_t>> file::read_up_to(uint64_t pos, size_t len, io_intent* intent) noexcept {
    return read_bulk(pos, len, intent).then([len](temporary_buffer<uint8_t> bytes) {
        return std::move(bytes).prefix(len);
    });
}

future<temporary_buffer<uint8_t>> file::read_exactly(uint64_t pos, size_t len, io_intent* intent) noexcept {
    return read_up_to(pos, len, intent).then([len](temporary_buffer<uint8_t> bytes) {
        if (bytes.size() < len) {
            return make_exception_future<temporary_buffer<uint8_t>>(eof_error());
        }
        return make_ready_future<temporary_buffer<uint8_t>>(std::move(bytes));
    });
}

future<struct stat> file::stat() noexcept {
    return futurize_invoke([&] { return _file_impl->stat(); });
}

future<struct stat> file::statat(std::string_view name, int flags) noexcept {
    return futurize_invoke([&] { return _file_impl->statat(name, flags); });
}

future<uint64_t> file::size() const noexcept {
    return futurize_invoke([&] { return _file_impl->size(); });
}

future<> file::truncate(uint64_t length) noexcept {
    return futurize_invoke([&] { return _file_impl->truncate(length); });
}

future<> file::allocate(uint64_t position, uint64_t length) noexcept {
    return futurize_invoke([&] { return _file_impl->allocate(position, length); });
}

future<> file::discard(uint64_t offset, uint64_t length) noexcept {
    return futurize_invoke([&] { return _file_impl->discard(offset, length); });
}

future<> file::flush() noexcept {
    return futurize_invoke([&] { return _file_impl->flush(); });
}

future<> file::close() noexcept {
    return futurize_invoke([&] { return _file_impl->close(); }).finally([keep = _file_impl] {});
}

future<int> file::ioctl(uint64_t cmd, void* argp) noexcept { return _file_impl->ioctl(cmd, argp); }

future<int> file::ioctl_short(uint64_t cmd, void* argp) noexcept { return _file_impl->ioctl_short(cmd, argp); }

future<int> file::fcntl(int op, uintptr_t arg) noexcept { return _file_impl->fcntl(op, arg); }

future<int> file::fcntl_short(int op, uintptr_t arg) noexcept { return _file_impl->fcntl_short(op, arg); }

future<uint64_t> file::get_inode_lifetime_hint() noexcept {
    return futurize_invoke([&] {
        auto owned = std::make_unique<uint64_t>(0);
        auto asked = fcntl(F_GET_RW_HINT, reinterpret_cast<uintptr_t>(owned.get()));
        return asked.then([owned = std::move(owned)](int) { return *owned; });
    });
}

future<> file::set_inode_lifetime_hint(uint64_t hint) noexcept {
    return futurize_invoke([&] {
        auto owned = std::make_unique<uint64_t>(hint);
        auto asked = fcntl(F_SET_RW_HINT, reinterpret_cast<uintptr_t>(owned.get()));
        return asked.then([owned = std::move(owned)](int) {});
    });
}

subscription<directory_entry> file::list_directory(std::function<future<>(directory_entry de)> next) {
    return _file_impl->list_directory(std::move(next));
}

// ---- handles

file_handle file::dup() { return file_handle(_file_impl->dup()); }

file file_handle::to_file() const& { return file(std::move(*_impl->clone()).to_file()); }

file file_handle::to_file() && { return file(std::move(*_impl).to_file()); }

}
