#include "small_file.hh"

#include "fd.hh"
#include "syscall.hh"

#include <charconv>
#include <fcntl.h>
#include <unistd.h>

namespace seastar::kernel {

std::optional<std::string> read_small_file(const std::string& path) {
    descriptor file(retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file) {
        return std::nullopt;
    }
    constexpr size_t bytes_max = 64 * 1024;
    std::string text(bytes_max, '\0');
    size_t size = 0;
    while (size < bytes_max) {
        ssize_t n = retry([&] { return ::read(file.get(), text.data() + size, bytes_max - size); });
        if (n < 0) {
            return std::nullopt;
        }
        if (n == 0) {
            break;
        }
        size += static_cast<size_t>(n);
    }
    text.resize(size);
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

std::optional<uint64_t> parse_number(std::string_view text) noexcept {
    uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::optional<uint64_t> read_number(const std::string& path) {
    auto text = read_small_file(path);
    return text ? parse_number(*text) : std::nullopt;
}

}
