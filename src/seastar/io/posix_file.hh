/// Files of the operating system: the file_impl over a descriptor.
///
/// Data goes through the shard's ring where that is an io_uring, one operation for each request with one piece of
/// memory. Everything else, and all of it on the epoll ring, runs on the shard's threads for calls that block.
#pragma once

#include <seastar/core/file.hh>
#include <seastar/core/loop.hh>

#include "io/blocking_call.hh"
#include "io/open_file.hh"
#include "kernel/ring.hh"

namespace seastar::io {

/// Fail with std::system_error.
future<shared_ptr<file_impl>> open_posix_file(std::string path, open_flags flags, file_open_options options) noexcept;
future<shared_ptr<file_impl>> open_posix_directory(std::string path) noexcept;

/// Lives on the shard that made it. Requests keep it alive until they have ended. Without close(), its end closes the
/// descriptor, and nobody learns of errors.
class posix_file final : public file_impl, public enable_shared_from_this<posix_file> {
public:
    explicit posix_file(file_share share) noexcept;

    future<size_t> write_dma(uint64_t pos, const void* buffer, size_t len, io_intent* intent) override;
    future<size_t> write_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) override;
    future<size_t> read_dma(uint64_t pos, void* buffer, size_t len, io_intent* intent) override;
    future<size_t> read_dma(uint64_t pos, std::vector<iovec> iov, io_intent* intent) override;
    future<temporary_buffer<uint8_t>> dma_read_bulk(uint64_t offset, size_t range_size, io_intent* intent) override;

    future<> flush() override;
    future<> truncate(uint64_t length) override;
    future<> discard(uint64_t offset, uint64_t length) override;
    /// Compat: does nothing where the file system cannot do it; to have the space is of use, but not needed.
    future<> allocate(uint64_t position, uint64_t length) override;
    future<> close() override;

    future<struct stat> stat() override;
    future<struct stat> statat(std::string_view name, int flags) override;
    future<uint64_t> size() override;
    future<int> ioctl(uint64_t cmd, void* argp) noexcept override;
    future<int> ioctl_short(uint64_t cmd, void* argp) noexcept override;
    future<int> fcntl(int op, uintptr_t arg) noexcept override;
    future<int> fcntl_short(int op, uintptr_t arg) noexcept override;
    subscription<directory_entry> list_directory(std::function<future<>(directory_entry de)> next) override;

    std::unique_ptr<file_handle_impl> dup() override;

private:
    struct bulk_read;
    struct direction;
    struct listing;
    static const direction reading, writing;

    template <typename T, typename Func>
    future<T> ask(const char* call, Func func) noexcept;
    template <typename T>
    future<T> answer(const char* call, int64_t result) const noexcept;
    template <typename T>
    future<T> answer(const char* call, future<int64_t> result) noexcept;
    template <typename Func>
    future<> modify(const char* call, Func func) noexcept;
    future<stop_iteration> list_some(listing& l);
    std::exception_ptr refusal(const direction& d, const io_intent* intent) const noexcept;
    future<size_t> transfer(const direction& d, uint64_t pos, iovec piece, io_intent* intent);
    future<size_t> transfer(const direction& d, uint64_t pos, std::vector<iovec> pieces, size_t bytes_max,
                            io_intent* intent);

    file_share _share;
    kernel::ring* const _ring; ///< data goes through it; or null
};

template <typename T>
future<T> posix_file::answer(const char* call, int64_t result) const noexcept {
    if (result < 0) {
        return make_exception_future<T>(_share.file().error(call, static_cast<int>(-result)));
    }
    if constexpr (std::is_void_v<T>) {
        return make_ready_future<>();
    } else {
        return make_ready_future<T>(static_cast<T>(result));
    }
}

/// Keeps the file, and so the descriptor, until the result is there.
template <typename T>
future<T> posix_file::answer(const char* call, future<int64_t> result) noexcept {
    return result.then([self = shared_from_this(), call](int64_t r) { return self->template answer<T>(call, r); });
}

/// func(descriptor), on a thread.
template <typename T, typename Func>
future<T> posix_file::ask(const char* call, Func func) noexcept {
    return answer<T>(call, call_blocking([fd = _share.fd(), func = std::move(func)]() -> int64_t { return func(fd); }));
}

template <typename Func>
future<> posix_file::modify(const char* call, Func func) noexcept {
    if (int error = _share.file().failure()) {
        return answer<void>(call, -error);
    }
    return ask<void>(call, std::move(func));
}

}
