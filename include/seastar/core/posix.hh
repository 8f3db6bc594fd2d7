/// POSIX calls as C++ objects: descriptors, mapped memory, threads, signal sets. Failures are std::system_error. For
/// start-up, tools and tests: these calls block, so none belongs on a shard's loop.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <pthread.h>
#include <set>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace seastar {

class socket_address; // net/socket_defs.hh

namespace internal {
/// Throws std::system_error for an errno value.
[[noreturn]] void throw_system_error(int error, const char* what);
}

/// Throws std::system_error for errno if `condition`.
inline void throw_system_error_on(bool condition, const char* what = "") {
    if (condition) [[unlikely]] {
        internal::throw_system_error(errno, what);
    }
}

/// For calls that return -errno themselves, as raw system calls do.
template <typename T>
inline void throw_kernel_error(T result) {
    static_assert(std::is_signed_v<T>, "the result of a system call is signed");
    if (result < 0) {
        internal::throw_system_error(static_cast<int>(-result), "");
    }
}

/// For pthread functions, which return an errno value.
template <typename T>
inline void throw_pthread_error(T result) {
    if (result != 0) {
        internal::throw_system_error(static_cast<int>(result), "");
    }
}

/// Unmaps what mmap_area holds.
struct mmap_deleter {
    size_t _size;
    void operator()(void* address) const noexcept;
};

/// A mapping that ends with its owner.
using mmap_area = std::unique_ptr<char[], mmap_deleter>;

mmap_area mmap_anonymous(void* address, size_t length, int protection, int flags);

/// Owns a descriptor. Reads and writes of a non-blocking one that cannot go on return an empty optional.
class file_desc {
    int _fd;

    explicit file_desc(int fd) noexcept : _fd(fd) {}
    static file_desc checked(int fd, const char* what) {
        throw_system_error_on(fd < 0, what);
        return file_desc(fd);
    }

public:
    file_desc() = delete;
    file_desc(const file_desc&) = delete;
    file_desc(file_desc&& other) noexcept : _fd(std::exchange(other._fd, -1)) {}
    ~file_desc() {
        if (_fd != -1) {
            ::close(_fd);
        }
    }
    void operator=(const file_desc&) = delete;
    file_desc& operator=(file_desc&& other) noexcept {
        if (this != &other) {
            std::swap(_fd, other._fd);
            other.close();
        }
        return *this;
    }

    explicit operator bool() const noexcept { return _fd != -1; }
    int get() const noexcept { return _fd; }
    void close() noexcept;
    /// Gives the descriptor away.
    int release() noexcept { return std::exchange(_fd, -1); }
    /// What /proc says it is open on, or an error text.
    std::string fdinfo() const noexcept;

    static file_desc from_fd(int fd) { return file_desc(fd); }
    static file_desc open(std::string_view name, int flags, mode_t mode = 0);
    static file_desc socket(int family, int type, int protocol = 0);
    static file_desc eventfd(unsigned initial, int flags);
    static file_desc epoll_create(int flags = 0);
    static file_desc timerfd_create(int clock, int flags);
    static file_desc inotify_init(int flags);
    /// A new file in `directory` that has no name.
    static file_desc temporary(std::string_view directory);

    file_desc dup() const;

    /// `address`: a socket_address, which receives the peer's.
    template <typename Address>
    file_desc accept(Address& address, int flags = 0) {
        auto result = try_accept(address, flags);
        throw_system_error_on(!result, "accept4");
        return std::move(*result);
    }
    /// Empty when nobody is waiting.
    template <typename Address>
    std::optional<file_desc> try_accept(Address& address, int flags = 0) {
        int fd = accept_raw(&address.u.sa, &(address.addr_length = sizeof(address.u)), flags);
        return fd < 0 ? std::nullopt : std::optional<file_desc>(file_desc(fd));
    }
    void bind(sockaddr& address, socklen_t length);
    void connect(sockaddr& address, socklen_t length);
    void listen(int backlog);
    void shutdown(int how);
    template <typename Address = socket_address>
    Address get_address() {
        Address address;
        local_address_raw(&address.u.sa, &(address.addr_length = sizeof(address.u)));
        return address;
    }
    template <typename Address = socket_address>
    Address get_remote_address() {
        Address address;
        remote_address_raw(&address.u.sa, &(address.addr_length = sizeof(address.u)));
        return address;
    }

    void truncate(size_t size);
    size_t size() const;

    int ioctl(int request) { return ioctl_raw(request, nullptr, "ioctl"); }
    int ioctl(int request, int value) { return ioctl_raw(request, reinterpret_cast<void*>(intptr_t(value)), "ioctl"); }
    int ioctl(int request, unsigned value) {
        return ioctl_raw(request, reinterpret_cast<void*>(uintptr_t(value)), "ioctl");
    }
    template <typename X>
    int ioctl(int request, X& data) {
        return ioctl_raw(request, &data, "ioctl");
    }
    template <typename X>
    int ioctl(int request, X&& data) {
        return ioctl_raw(request, &data, "ioctl");
    }

    template <typename X>
    int setsockopt(int level, int name, X&& data) {
        return setsockopt_raw(level, name, &data, sizeof(data));
    }
    int setsockopt(int level, int name, const char* data);
    int setsockopt(int level, int name, const void* data, socklen_t length) {
        return setsockopt_raw(level, name, data, length);
    }
    template <typename Data>
    Data getsockopt(int level, int name) {
        Data data;
        getsockopt_raw(level, name, &data, sizeof(data));
        return data;
    }
    int getsockopt(int level, int name, char* data, socklen_t length) {
        return getsockopt_raw(level, name, data, length);
    }

    std::optional<size_t> read(void* buffer, size_t length);
    std::optional<size_t> recv(void* buffer, size_t length, int flags);
    std::optional<size_t> recvmsg(msghdr* message, int flags);
    std::optional<size_t> write(const void* buffer, size_t length);
    std::optional<size_t> writev(const iovec* pieces, int count);
    std::optional<size_t> send(const void* buffer, size_t length, int flags);
    std::optional<size_t> sendmsg(const msghdr* message, int flags);
    template <typename Address>
    std::optional<size_t> sendto(Address& address, const void* buffer, size_t length, int flags) {
        return sendto_raw(&address.u.sa, address.length(), buffer, length, flags);
    }
    size_t pread(void* buffer, size_t length, off_t offset);

    void timerfd_settime(int flags, const itimerspec& time);

    mmap_area map(size_t size, unsigned protection, unsigned flags, size_t offset, void* address = nullptr);
    mmap_area map_shared_rw(size_t size, size_t offset);
    mmap_area map_shared_ro(size_t size, size_t offset);
    mmap_area map_private_rw(size_t size, size_t offset);
    mmap_area map_private_ro(size_t size, size_t offset);

    void spawn_actions_add_close(posix_spawn_file_actions_t* actions);
    void spawn_actions_add_dup2(posix_spawn_file_actions_t* actions, int target);

private:
    int accept_raw(sockaddr* address, socklen_t* length, int flags); ///< -1: nobody is waiting
    void local_address_raw(sockaddr* address, socklen_t* length);
    void remote_address_raw(sockaddr* address, socklen_t* length);
    int ioctl_raw(int request, void* argument, const char* what);
    int setsockopt_raw(int level, int name, const void* data, socklen_t length);
    int getsockopt_raw(int level, int name, void* data, socklen_t length);
    std::optional<size_t> sendto_raw(const sockaddr* address, socklen_t length, const void* buffer, size_t size,
                                     int flags);
};

/// A thread of the system with attributes. Must be joined, or moved from, before it is destroyed.
class posix_thread {
public:
    class attr;

    /// `func`: anything that can be called without arguments.
    template <typename Func>
    explicit posix_thread(Func func);
    template <typename Func>
    posix_thread(attr a, Func func);
    posix_thread(posix_thread&& other) noexcept;
    posix_thread& operator=(posix_thread&&) = delete;
    ~posix_thread();

    void join();
    pthread_t get() const noexcept { return _pthread; }

private:
    struct task {
        virtual ~task() = default;
        virtual void run() = 0;
    };
    template <typename Func>
    struct task_of final : task {
        Func func;
        explicit task_of(Func f) : func(std::move(f)) {}
        void run() override { func(); }
    };
    void start(const attr& a, std::unique_ptr<task> work);
    static void* start_routine(void* work) noexcept;

    pthread_t _pthread{};
    bool _valid = true;
};

class posix_thread::attr {
public:
    struct stack_size {
        size_t size = 0;
    };
    attr() = default;
    template <typename... A>
    explicit attr(A... a) {
        set(std::forward<A>(a)...);
    }
    void set() {}
    template <typename... Rest>
    void set(stack_size size, Rest... rest) {
        _stack_size = size;
        set(std::forward<Rest>(rest)...);
    }

private:
    friend class posix_thread;
    stack_size _stack_size;
};

template <typename Func>
posix_thread::posix_thread(Func func) : posix_thread(attr(), std::move(func)) {}

template <typename Func>
posix_thread::posix_thread(attr a, Func func) {
    start(a, std::make_unique<task_of<Func>>(std::move(func)));
}

/// Binds the calling thread to one CPU.
void pin_this_thread(unsigned cpu);
/// The CPUs that the calling thread may use.
std::set<unsigned> get_current_cpuset();

sigset_t make_sigset_mask(int signal);
sigset_t make_full_sigset_mask();
sigset_t make_empty_sigset_mask();

namespace posix {

/// What shutdown(2) with `how` leaves shut, as bits: 1 = receiving, 2 = sending.
constexpr unsigned rcv_shutdown = 0x1;
constexpr unsigned snd_shutdown = 0x2;
constexpr unsigned shutdown_mask(int how) { return static_cast<unsigned>(how) + 1; }

namespace internal {
template <typename Duration>
constexpr timespec from_duration(Duration d) {
    using period = typename Duration::period;
    int64_t ns = static_cast<int64_t>(static_cast<__int128>(d.count()) * period::num * 1'000'000'000 / period::den);
    timespec result{};
    result.tv_sec = static_cast<time_t>(ns / 1'000'000'000 - (ns % 1'000'000'000 < 0));
    result.tv_nsec = static_cast<long>(ns - int64_t(result.tv_sec) * 1'000'000'000);
    return result;
}
}

/// A time since the epoch of its clock, for clock_* and timerfd_* calls.
template <typename TimePoint>
constexpr timespec to_timespec(TimePoint time) {
    return internal::from_duration(time.time_since_epoch());
}

/// First after `base`, then each `interval`; zero: once.
template <typename Duration1, typename Duration2>
constexpr itimerspec to_relative_itimerspec(Duration1 base, Duration2 interval) {
    return {internal::from_duration(interval), internal::from_duration(base)};
}

template <typename TimePoint, typename Duration>
constexpr itimerspec to_absolute_itimerspec(TimePoint base, Duration interval) {
    return {internal::from_duration(interval), to_timespec(base)};
}

}

}
