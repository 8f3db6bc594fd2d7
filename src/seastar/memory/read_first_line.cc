#include <seastar/core/posix.hh>
#include <seastar/util/read_first_line.hh>

namespace seastar {

sstring read_first_line(const std::filesystem::path& path) {
    auto file = file_desc::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char page[4096];
    size_t size = file.read(page, sizeof(page)).value_or(0);
    std::string_view text(page, size);
    return sstring(text.substr(0, text.find('\n')));
}

}
