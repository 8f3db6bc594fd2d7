#include <seastar/core/posix.hh>

#include "affinity.hh"
#include "syscall.hh"

#include <seastar/util/assert.hh>

#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <system_error>

namespace seastar {
namespace {

/// A call that may be interrupted, and whose failure is an exception.
template <typename Call>
auto checked_call(const char* what, Call call) {
    auto result = kernel::retry(call);
    if (result < 0) {
        internal::throw_system_error(static_cast<int>(-result), what);
    }
    return result;
}

/// A transfer of bytes: empty when it would have to wait.
template <typename Call>
std::optional<size_t> transfer(const char* what, Call call) {
    ssize_t result = kernel::retry(call);
    if (result == -EAGAIN) {
        return std::nullopt;
    }
    if (result < 0) {
        internal::throw_system_error(static_cast<int>(-result), what);
    }
    return static_cast<size_t>(result);
}

}

void internal::throw_system_error(int error, const char* what) {
    throw std::system_error(error, std::system_category(), what);
}

void mmap_deleter::operator()(void* address) const noexcept {
    ::munmap(address, _size);
}

namespace {

mmap_area map_checked(void* address, size_t size, int protection, int flags, int fd, size_t offset) {
    void* mapped = ::mmap(address, size, protection, flags, fd, static_cast<off_t>(offset));
    throw_system_error_on(mapped == MAP_FAILED, "mmap");
    return mmap_area(static_cast<char*>(mapped), mmap_deleter{size});
}

}

mmap_area mmap_anonymous(void* address, size_t length, int protection, int flags) {
    return map_checked(address, length, protection, flags | MAP_ANONYMOUS, -1, 0);
}

void file_desc::close() noexcept {
    int fd = std::exchange(_fd, -1);
    SEASTAR_ASSERT(fd == -1 || ::close(fd) == 0 || errno != EBADF);
}

std::string file_desc::fdinfo() const noexcept {
    std::string path = "/proc/self/fd/" + std::to_string(_fd);
    char target[4096];
    ssize_t n = ::readlink(path.c_str(), target, sizeof(target));
    return n < 0 ? std::string("error: ") + std::strerror(errno) : std::string(target, static_cast<size_t>(n));
}

file_desc file_desc::open(std::string_view name, int flags, mode_t mode) {
    std::string path(name);
    return file_desc(checked_call("open", [&] { return ::open(path.c_str(), flags, mode); }));
}

file_desc file_desc::socket(int family, int type, int protocol) {
    return checked(::socket(family, type, protocol), "socket");
}

file_desc file_desc::eventfd(unsigned initial, int flags) {
    return checked(::eventfd(initial, flags), "eventfd");
}

file_desc file_desc::epoll_create(int flags) {
    return checked(::epoll_create1(flags), "epoll_create1");
}

file_desc file_desc::timerfd_create(int clock, int flags) {
    return checked(::timerfd_create(clock, flags), "timerfd_create");
}

file_desc file_desc::inotify_init(int flags) {
    return checked(::inotify_init1(flags), "inotify_init1");
}

file_desc file_desc::temporary(std::string_view directory) {
    std::string path = std::string(directory) + "/XXXXXX";
    file_desc result = checked(::mkostemp(path.data(), O_CLOEXEC), "mkostemp");
    throw_system_error_on(::unlink(path.c_str()) != 0, "unlink");
    return result;
}

file_desc file_desc::dup() const {
    return checked(::fcntl(_fd, F_DUPFD_CLOEXEC, 0), "fcntl");
}

int file_desc::accept_raw(sockaddr* address, socklen_t* length, int flags) {
    int fd = kernel::retry([&] { return ::accept4(_fd, address, length, flags); });
    if (fd < 0 && fd != -EAGAIN) {
        internal::throw_system_error(-fd, "accept4");
    }
    errno = fd < 0 ? EAGAIN : errno;
    return fd < 0 ? -1 : fd;
}

void file_desc::bind(sockaddr& address, socklen_t length) {
    throw_system_error_on(::bind(_fd, &address, length) != 0, "bind");
}

void file_desc::connect(sockaddr& address, socklen_t length) {
    if (::connect(_fd, &address, length) != 0 && errno != EINPROGRESS) {
        internal::throw_system_error(errno, "connect");
    }
}

void file_desc::listen(int backlog) {
    throw_system_error_on(::listen(_fd, backlog) != 0, "listen");
}

void file_desc::shutdown(int how) {
    // The peer may have been faster: that is no error.
    throw_system_error_on(::shutdown(_fd, how) != 0 && errno != ENOTCONN, "shutdown");
}

void file_desc::local_address_raw(sockaddr* address, socklen_t* length) {
    throw_system_error_on(::getsockname(_fd, address, length) != 0, "getsockname");
}

void file_desc::remote_address_raw(sockaddr* address, socklen_t* length) {
    throw_system_error_on(::getpeername(_fd, address, length) != 0, "getpeername");
}

void file_desc::truncate(size_t size) {
    checked_call("ftruncate", [&] { return ::ftruncate(_fd, static_cast<off_t>(size)); });
}

size_t file_desc::size() const {
    struct stat info;
    throw_system_error_on(::fstat(_fd, &info) != 0, "fstat");
    return static_cast<size_t>(info.st_size);
}

int file_desc::ioctl_raw(int request, void* argument, const char* what) {
    return checked_call(what, [&] { return ::ioctl(_fd, static_cast<unsigned long>(request), argument); });
}

int file_desc::setsockopt_raw(int level, int name, const void* data, socklen_t length) {
    int result = ::setsockopt(_fd, level, name, data, length);
    throw_system_error_on(result != 0, "setsockopt");
    return result;
}

int file_desc::setsockopt(int level, int name, const char* data) {
    return setsockopt_raw(level, name, data, static_cast<socklen_t>(std::strlen(data) + 1));
}

int file_desc::getsockopt_raw(int level, int name, void* data, socklen_t length) {
    int result = ::getsockopt(_fd, level, name, data, &length);
    throw_system_error_on(result != 0, "getsockopt");
    return result;
}

std::optional<size_t> file_desc::read(void* buffer, size_t length) {
    return transfer("read", [&] { return ::read(_fd, buffer, length); });
}

std::optional<size_t> file_desc::recv(void* buffer, size_t length, int flags) {
    return transfer("recv", [&] { return ::recv(_fd, buffer, length, flags); });
}

std::optional<size_t> file_desc::recvmsg(msghdr* message, int flags) {
    return transfer("recvmsg", [&] { return ::recvmsg(_fd, message, flags); });
}

std::optional<size_t> file_desc::write(const void* buffer, size_t length) {
    return transfer("write", [&] { return ::write(_fd, buffer, length); });
}

std::optional<size_t> file_desc::writev(const iovec* pieces, int count) {
    return transfer("writev", [&] { return ::writev(_fd, pieces, count); });
}

std::optional<size_t> file_desc::send(const void* buffer, size_t length, int flags) {
    return transfer("send", [&] { return ::send(_fd, buffer, length, flags); });
}

std::optional<size_t> file_desc::sendmsg(const msghdr* message, int flags) {
    return transfer("sendmsg", [&] { return ::sendmsg(_fd, message, flags); });
}

std::optional<size_t> file_desc::sendto_raw(const sockaddr* address, socklen_t length, const void* buffer, size_t size,
                                            int flags) {
    return transfer("sendto", [&] { return ::sendto(_fd, buffer, size, flags, address, length); });
}

size_t file_desc::pread(void* buffer, size_t length, off_t offset) {
    return static_cast<size_t>(checked_call("pread", [&] { return ::pread(_fd, buffer, length, offset); }));
}

void file_desc::timerfd_settime(int flags, const itimerspec& time) {
    throw_system_error_on(::timerfd_settime(_fd, flags, &time, nullptr) != 0, "timerfd_settime");
}

mmap_area file_desc::map(size_t size, unsigned protection, unsigned flags, size_t offset, void* address) {
    return map_checked(address, size, static_cast<int>(protection), static_cast<int>(flags), _fd, offset);
}

mmap_area file_desc::map_shared_rw(size_t size, size_t offset) {
    return map(size, PROT_READ | PROT_WRITE, MAP_SHARED, offset);
}

mmap_area file_desc::map_shared_ro(size_t size, size_t offset) {
    return map(size, PROT_READ, MAP_SHARED, offset);
}

mmap_area file_desc::map_private_rw(size_t size, size_t offset) {
    return map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE, offset);
}

mmap_area file_desc::map_private_ro(size_t size, size_t offset) {
    return map(size, PROT_READ, MAP_PRIVATE, offset);
}

void file_desc::spawn_actions_add_close(posix_spawn_file_actions_t* actions) {
    throw_pthread_error(::posix_spawn_file_actions_addclose(actions, _fd));
}

void file_desc::spawn_actions_add_dup2(posix_spawn_file_actions_t* actions, int target) {
    throw_pthread_error(::posix_spawn_file_actions_adddup2(actions, _fd, target));
}

void* posix_thread::start_routine(void* work) noexcept {
    std::unique_ptr<task>(static_cast<task*>(work))->run();
    return nullptr;
}

void posix_thread::start(const attr& a, std::unique_ptr<task> work) {
    pthread_attr_t attributes;
    throw_pthread_error(::pthread_attr_init(&attributes));
    int result = 0;
    if (a._stack_size.size != 0) {
        result = ::pthread_attr_setstacksize(&attributes, a._stack_size.size);
    }
    if (result == 0) {
        result = ::pthread_create(&_pthread, &attributes, &posix_thread::start_routine, work.get());
    }
    ::pthread_attr_destroy(&attributes);
    throw_pthread_error(result);
    work.release(); // the thread owns it now
}

posix_thread::posix_thread(posix_thread&& other) noexcept
    : _pthread(other._pthread), _valid(std::exchange(other._valid, false)) {}

posix_thread::~posix_thread() {
    SEASTAR_ASSERT(!_valid);
}

void posix_thread::join() {
    SEASTAR_ASSERT(_valid);
    throw_pthread_error(::pthread_join(_pthread, nullptr));
    _valid = false;
}

void pin_this_thread(unsigned cpu) {
    throw_kernel_error(kernel::pin_to_cpu(cpu));
}

std::set<unsigned> get_current_cpuset() {
    kernel::affinity_mask mask;
    throw_kernel_error(kernel::affinity_mask::of_this_thread(mask));
    auto cpus = mask.cpus();
    return std::set<unsigned>(cpus.begin(), cpus.end());
}

sigset_t make_sigset_mask(int signal) {
    sigset_t set;
    ::sigemptyset(&set);
    throw_system_error_on(::sigaddset(&set, signal) != 0, "sigaddset");
    return set;
}

sigset_t make_full_sigset_mask() {
    sigset_t set;
    ::sigfillset(&set);
    return set;
}

sigset_t make_empty_sigset_mask() {
    sigset_t set;
    ::sigemptyset(&set);
    return set;
}

}
