#include <seastar/http/file_handler.hh>

#include <seastar/core/do_with.hh>
#include <seastar/core/file.hh>
#include <seastar/core/fstream.hh>
#include <seastar/core/seastar.hh>
#include <seastar/http/exception.hh>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace seastar::httpd {
namespace {

using replied = future<std::unique_ptr<http::reply>>;

// Bytes of one read; and one more is read while the last is sent.
constexpr size_t read_size = 64 * 1024;

/// A path of a client's that stays below where it begins.
bool stays_below(std::string_view path) noexcept {
    if (path.find('\0') != path.npos) {
        return false;
    }
    while (!path.empty()) {
        auto end = std::min(path.find('/'), path.size());
        if (path.substr(0, end) == "..") {
            return false;
        }
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return true;
}

/// What a client may know of a file that cannot be opened: that it is not there.
template <typename T>
future<T> not_found_if_refused(std::exception_ptr ex) {
    try {
        std::rethrow_exception(ex);
    } catch (const std::system_error& e) {
        switch (e.code().value()) {
        case ENOENT:
        case ENOTDIR:
        case EACCES:
        case ELOOP:
        case ENAMETOOLONG:
            return make_exception_future<T>(not_found_exception());
        default:
            break;
        }
    } catch (...) {
    }
    return make_exception_future<T>(std::move(ex));
}

/// Fails unless it is one: a pipe or a device would never end, or block who opens it.
future<> require_regular(const sstring& name) {
    return file_type(name).then([](std::optional<directory_entry_type> type) {
        return type == directory_entry_type::regular ? make_ready_future<>()
                                                     : make_exception_future<>(not_found_exception());
    });
}

file_input_stream_options reading() {
    file_input_stream_options options;
    options.buffer_size = read_size;
    options.read_ahead = 1;
    return options;
}

/// Sends what is in the file, and closes both.
future<> send(file f, output_stream<char> out) {
    return do_with(make_file_input_stream(f, reading()), std::move(out), std::move(f),
                   [](input_stream<char>& in, output_stream<char>& out, file& f) {
                       return copy(in, out)
                           .then([&out] { return out.flush(); })
                           .finally([&in] { return in.close(); })
                           .finally([&f] { return f.close(); })
                           .finally([&out] { return out.close(); });
                   });
}

/// A file that is closed even where nobody came to send it.
struct opened_file {
    file f;
    explicit opened_file(file opened) noexcept : f(std::move(opened)) {}
    opened_file(opened_file&&) noexcept = default;
    ~opened_file() {
        if (f) {
            (void)f.close().handle_exception([](std::exception_ptr) {});
        }
    }
};

}

sstring file_interaction_handler::get_extension(const sstring& file) {
    std::string_view name(file);
    name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
    auto point = name.rfind('.');
    return point == name.npos ? sstring() : sstring(name.substr(point + 1));
}

bool file_interaction_handler::redirect_if_needed(const http::request& req, http::reply& rep) const {
    if (!req._url.empty() && req._url.back() == '/') {
        return true;
    }
    rep.set_status(http::reply::status_type::moved_permanently);
    rep.add_header("Location", req.get_url() + "/");
    return false;
}

replied file_interaction_handler::read(sstring file_name, std::unique_ptr<http::request> req,
                                       std::unique_ptr<http::reply> rep) {
    return require_regular(file_name)
        .then([file_name] { return open_file_dma(file_name, open_flags::ro); })
        .then_wrapped([this, file_name, req = std::move(req), rep = std::move(rep)](future<file> opening) mutable {
            if (opening.failed()) {
                return not_found_if_refused<std::unique_ptr<http::reply>>(opening.get_exception());
            }
            auto extension = get_extension(file_name);
            rep->write_body(extension, [transformer = _transformer, extension, req = std::move(req),
                                        opened = opened_file(opening.get())](output_stream<char>&& out) mutable {
                return send(std::exchange(opened.f, {}),
                            transformer ? transformer->transform(std::move(req), extension, std::move(out))
                                        : std::move(out));
            });
            return make_ready_future<std::unique_ptr<http::reply>>(std::move(rep));
        });
}

replied directory_handler::handle(const sstring&, std::unique_ptr<http::request> req,
                                  std::unique_ptr<http::reply> rep) {
    auto path = req->get_path_param("path");
    if (!stays_below(path)) {
        return make_exception_future<std::unique_ptr<http::reply>>(not_found_exception());
    }
    auto name = _doc_root + "/" + path;
    return file_type(name).then_wrapped(
        [this, name, req = std::move(req), rep = std::move(rep)](
            future<std::optional<directory_entry_type>> found) mutable {
            if (found.failed()) {
                return not_found_if_refused<std::unique_ptr<http::reply>>(found.get_exception());
            }
            if (found.get() != directory_entry_type::directory) {
                return read(name, std::move(req), std::move(rep));
            }
            if (!redirect_if_needed(*req, *rep)) {
                return make_ready_future<std::unique_ptr<http::reply>>(std::move(rep));
            }
            return read(name + "/index.html", std::move(req), std::move(rep));
        });
}

replied file_handler::handle(const sstring&, std::unique_ptr<http::request> req, std::unique_ptr<http::reply> rep) {
    if (_force_path && !redirect_if_needed(*req, *rep)) {
        return make_ready_future<std::unique_ptr<http::reply>>(std::move(rep));
    }
    return read(_file, std::move(req), std::move(rep));
}

}
