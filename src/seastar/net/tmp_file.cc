#include <seastar/util/tmp_file.hh>

#include "loop/shard.hh"

#include <seastar/util/assert.hh>
#include <seastar/util/file.hh>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace seastar {
namespace {

// X comes last: no name that is drawn ends in it, or a directory so named would be taken for a template.
constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWYZX";
constexpr const char* default_name = "XXXXXXXXXXXXXXXX";
constexpr unsigned attempts_max = 100; // names that are taken

thread_local std::filesystem::path tmpdir_of_shard;

std::string drawn_name(const std::filesystem::path& path_template) {
    auto& dice = loop::this_shard().random();
    auto name = path_template.filename().native();
    auto path = path_template;
    if (!name.ends_with("XX") || path_template == default_tmpdir()) {
        path /= name = default_name;
    }
    auto choices = letters.size() - 1;
    for (auto at = name.rbegin(); at != name.rend() && *at == 'X'; ++at, choices = letters.size()) {
        *at = letters[dice() % choices];
    }
    return path.replace_filename(name).native();
}

/// Calls make(name) with names until one is free; that name.
template <typename Make>
future<std::string> make_with_drawn_name(std::filesystem::path path_template, Make make, unsigned left = attempts_max) {
    auto name = drawn_name(path_template);
    return make(name).then_wrapped(
        [path_template = std::move(path_template), make, left, name](future<> made) mutable -> future<std::string> {
            if (!made.failed()) {
                return make_ready_future<std::string>(std::move(name));
            }
            auto ex = made.get_exception();
            try {
                std::rethrow_exception(ex);
            } catch (const std::system_error& e) {
                if (e.code().value() == EEXIST && left > 1) {
                    return make_with_drawn_name(std::move(path_template), std::move(make), left - 1);
                }
            } catch (...) {
            }
            return make_exception_future<std::string>(std::move(ex));
        });
}

}

const std::filesystem::path& default_tmpdir() {
    if (tmpdir_of_shard.empty()) {
        tmpdir_of_shard = std::filesystem::temp_directory_path();
    }
    return tmpdir_of_shard;
}

void set_default_tmpdir(std::filesystem::path path) { tmpdir_of_shard = std::move(path); }

tmp_file::tmp_file(tmp_file&& other) noexcept
    : _path(std::exchange(other._path, {})), _file(std::exchange(other._file, {})) {}

tmp_file::~tmp_file() { SEASTAR_ASSERT(!is_open()); }

future<> tmp_file::open(std::filesystem::path path_template, open_flags flags, file_open_options options) noexcept {
    SEASTAR_ASSERT(!is_open());
    flags |= open_flags::create | open_flags::exclusive;
    return futurize_invoke([this, path_template = std::move(path_template), flags, options]() mutable {
        return make_with_drawn_name(std::move(path_template), [this, flags, options](const std::string& name) {
            return open_file_dma(name, flags, options).then([this](file f) { _file = std::move(f); });
        });
    }).then([this](std::string name) { _path = std::move(name); });
}

future<> tmp_file::close() noexcept {
    if (!is_open()) {
        return make_ready_future<>();
    }
    return std::exchange(_file, {}).close();
}

future<> tmp_file::remove() noexcept {
    if (!has_path()) {
        return make_ready_future<>();
    }
    return remove_file(std::exchange(_path, {}).native());
}

future<tmp_file> make_tmp_file(std::filesystem::path path_template, open_flags flags,
                               file_open_options options) noexcept {
    return do_with(tmp_file(), [path_template = std::move(path_template), flags, options](tmp_file& t) {
        return t.open(path_template, flags, options).then([&t] { return std::move(t); });
    });
}

tmp_dir::tmp_dir(tmp_dir&& other) noexcept : _path(std::exchange(other._path, {})) {}

future<> tmp_dir::create(std::filesystem::path path_template, file_permissions permissions) noexcept {
    SEASTAR_ASSERT(!has_path());
    return futurize_invoke([path_template = std::move(path_template), permissions]() mutable {
        return make_with_drawn_name(std::move(path_template), [permissions](const std::string& name) {
            return make_directory(name, permissions);
        });
    }).then([this](std::string name) { _path = std::move(name); });
}

future<> tmp_dir::remove() noexcept {
    if (!has_path()) {
        return make_ready_future<>();
    }
    return recursive_remove_directory(std::exchange(_path, {}));
}

future<tmp_dir> make_tmp_dir(std::filesystem::path path_template, file_permissions permissions) noexcept {
    return do_with(tmp_dir(), [path_template = std::move(path_template), permissions](tmp_dir& t) {
        return t.create(path_template, permissions).then([&t] { return std::move(t); });
    });
}

}
