#include <seastar/util/print_safe.hh>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace seastar {

void print_safe(const char* text, size_t size) noexcept {
    int saved = errno;
    while (size != 0) {
        // tidy-allow(syscall): from signal handlers, where no layer can be relied on
        ssize_t n = ::write(STDERR_FILENO, text, size);
        if (n < 0 && errno != EINTR) {
            break;
        }
        if (n > 0) {
            text += n;
            size -= size_t(n);
        }
    }
    errno = saved;
}

void print_safe(const char* text) noexcept {
    print_safe(text, std::strlen(text));
}

}
