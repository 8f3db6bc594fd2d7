/// Temporary files and directories. Stay on their shard. They are removed by remove() or by the end of do_with(), not
/// by destruction, which cannot wait.
///
/// A path template is a path whose last part ends in X's, at least two, each of which is replaced by a letter or digit
/// that is drawn; or the directory to make the name in. default_tmpdir() is a directory whatever its name, and no name
/// that is drawn ends in X.
#pragma once

#include <seastar/core/do_with.hh>
#include <seastar/core/file.hh>
#include <seastar/core/seastar.hh>
#include <seastar/core/thread.hh>

#include <filesystem> // tidy-allow(heavy-include): paths are part of the API
#include <type_traits>

namespace seastar {

/// Where temporary files are made unless the template says otherwise: the system's directory for them (TMPDIR, /tmp),
/// or what was set on this shard.
const std::filesystem::path& default_tmpdir();
void set_default_tmpdir(std::filesystem::path path);

class tmp_file {
public:
    tmp_file() noexcept = default;
    tmp_file(tmp_file&& other) noexcept;
    tmp_file& operator=(tmp_file&&) = delete;
    tmp_file(const tmp_file&) = delete;
    ~tmp_file(); ///< Requires: closed.

    /// Makes it. Requires: not open.
    future<> open(std::filesystem::path path_template = default_tmpdir(), open_flags flags = open_flags::rw,
                  file_open_options options = {}) noexcept;
    future<> close() noexcept;
    future<> remove() noexcept;

    bool has_path() const { return !_path.empty(); }
    bool is_open() const { return bool(_file); }
    const std::filesystem::path& get_path() const { return _path; }
    file& get_file() { return _file; }

    /// Calls func with an open one; closes and removes it, whatever comes out.
    template <typename Func>
        requires std::is_invocable_v<Func&, tmp_file&>
    static auto do_with(std::filesystem::path path_template, Func func, open_flags flags = open_flags::rw,
                        file_open_options options = {}) noexcept {
        return seastar::do_with(tmp_file(), std::move(func),
                                [path_template = std::move(path_template), flags, options](tmp_file& t, Func& func) {
                                    return t.open(path_template, flags, options).then([&t, &func] {
                                        return futurize_invoke(func, t).finally([&t] {
                                            return t.close().finally([&t] { return t.remove(); });
                                        });
                                    });
                                });
    }
    template <typename Func>
        requires std::is_invocable_v<Func&, tmp_file&>
    static auto do_with(Func func) noexcept {
        return do_with(default_tmpdir(), std::move(func));
    }

private:
    std::filesystem::path _path;
    file _file;
};

/// An open one.
future<tmp_file> make_tmp_file(std::filesystem::path path_template = default_tmpdir(),
                               open_flags flags = open_flags::rw, file_open_options options = {}) noexcept;

class tmp_dir {
public:
    tmp_dir() noexcept = default;
    tmp_dir(tmp_dir&& other) noexcept;
    tmp_dir& operator=(tmp_dir&&) = delete;
    tmp_dir(const tmp_dir&) = delete;

    /// Makes it. Requires: has_path() is false.
    future<> create(std::filesystem::path path_template = default_tmpdir(),
                    file_permissions permissions = file_permissions::default_dir_permissions) noexcept;
    /// With all that is in it.
    future<> remove() noexcept;

    bool has_path() const { return !_path.empty(); }
    const std::filesystem::path& get_path() const { return _path; }

    /// Calls func with one that is there; removes it, whatever comes out.
    template <typename Func>
        requires std::is_invocable_v<Func&, tmp_dir&>
    static auto do_with(std::filesystem::path path_template, Func func,
                        file_permissions permissions = file_permissions::default_dir_permissions) noexcept {
        return seastar::do_with(tmp_dir(), std::move(func),
                                [path_template = std::move(path_template), permissions](tmp_dir& t, Func& func) {
                                    return t.create(path_template, permissions).then([&t, &func] {
                                        return futurize_invoke(func, t).finally([&t] { return t.remove(); });
                                    });
                                });
    }
    template <typename Func>
        requires std::is_invocable_v<Func&, tmp_dir&>
    static auto do_with(Func func) noexcept {
        return do_with(default_tmpdir(), std::move(func));
    }
    /// The same, with func in a seastar::thread.
    template <typename Func>
        requires std::is_invocable_v<Func&, tmp_dir&>
    static auto do_with_thread(Func func) noexcept {
        return do_with(default_tmpdir(), [func = std::move(func)](tmp_dir& t) mutable {
            return async([&t, func = std::move(func)]() mutable { return func(t); });
        });
    }

private:
    std::filesystem::path _path;
};

future<tmp_dir> make_tmp_dir(std::filesystem::path path_template = default_tmpdir(),
                             file_permissions permissions = file_permissions::default_dir_permissions) noexcept;

}
