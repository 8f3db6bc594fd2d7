#include <seastar/util/file.hh>

#include "io/blocking_call.hh"
#include "kernel/fd.hh"
#include "kernel/files.hh"

#include <seastar/util/short_streams.hh>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

namespace seastar {
namespace {

/// The first path that could not be removed, and why.
struct removal {
    std::string path;
    int error = 0;

    bool attempt(const std::string& p, int result) {
        if (result < 0 && result != -ENOENT) {
            path = p;
            error = -result;
        }
        return error == 0;
    }
};

bool is_directory(const std::string& path, unsigned char type) noexcept {
    struct ::stat found {};
    return type == DT_DIR ||
        (type == DT_UNKNOWN && kernel::stat_path(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, found) == 0 &&
         S_ISDIR(found.st_mode));
}

/// The names in a directory, all at once: it is removed while it is walked.
int names_in(const std::string& path, std::vector<kernel::directory_item>& names) {
    int fd = kernel::open_file(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0) {
        return fd;
    }
    kernel::descriptor directory(fd);
    for (;;) {
        std::vector<kernel::directory_item> some;
        auto count = kernel::read_directory(directory.get(), some);
        if (count <= 0) {
            return static_cast<int>(count);
        }
        names.insert(names.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
}

void remove_tree(const std::string& top, removal& r) {
    // Each directory stands there twice: to be read, and, below what is in it, to be removed.
    struct step {
        std::string path;
        bool emptied;
    };
    std::vector<step> steps{{top, false}};
    while (!steps.empty() && r.error == 0) {
        auto [path, emptied] = std::move(steps.back());
        steps.pop_back();
        if (emptied) {
            r.attempt(path, kernel::remove_path(path.c_str()));
            continue;
        }
        std::vector<kernel::directory_item> names;
        if (!r.attempt(path, names_in(path, names))) {
            return;
        }
        steps.push_back({path, true});
        for (auto& name : names) {
            auto below = path + "/" + name.name;
            if (is_directory(below, name.type)) {
                steps.push_back({std::move(below), false});
            } else if (!r.attempt(below, kernel::remove_path(below.c_str()))) {
                return;
            }
        }
    }
}

}

future<> recursive_remove_directory(std::filesystem::path path) noexcept {
    return io::call_blocking([path = path.native()] {
               removal r;
               remove_tree(path, r);
               return r;
           })
        .then([](removal r) {
            if (r.error != 0) {
                return make_exception_future<>(std::filesystem::filesystem_error(
                    "remove", r.path, std::error_code(r.error, std::system_category())));
            }
            return make_ready_future<>();
        });
}

namespace util {

future<std::vector<temporary_buffer<char>>> read_entire_file(std::filesystem::path path) {
    return with_file_input_stream(path, [](input_stream<char>& in) { return read_entire_stream(in); });
}

future<sstring> read_entire_file_contiguous(std::filesystem::path path) {
    return with_file_input_stream(path, [](input_stream<char>& in) { return read_entire_stream_contiguous(in); });
}

}
}
