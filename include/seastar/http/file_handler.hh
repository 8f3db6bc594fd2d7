/// Handlers that serve files.
///
/// Only regular files are served, and only what lies below the directory that a handler was given: a path with ".." in
/// it does not exist. Symbolic links are followed. A file that is not there, or may not be read, is 404.
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/http/handlers.hh>

namespace seastar::httpd {

/// Changes files on their way out.
class file_transformer {
public:
    virtual ~file_transformer() = default;
    /// The stream that is written to instead of `s`, which it takes over.
    virtual output_stream<char> transform(std::unique_ptr<http::request> req, const sstring& extension,
                                          output_stream<char>&& s) = 0;
};

/// What the two below have in common.
class file_interaction_handler : public handler_base {
public:
    /// The transformer lives as long as the handler; null: none.
    explicit file_interaction_handler(file_transformer* transformer = nullptr) : _transformer(transformer) {}
    void set_transformer(file_transformer* transformer) { _transformer = transformer; }

    /// Without the point; empty when there is none.
    static sstring get_extension(const sstring& file);

protected:
    /// A request for a directory has to end in "/", so that relative links in its index work: false, and a redirection
    /// in rep, when it does not.
    bool redirect_if_needed(const http::request& req, http::reply& rep) const;
    /// The reply with that file.
    future<std::unique_ptr<http::reply>> read(sstring file_name, std::unique_ptr<http::request> req,
                                              std::unique_ptr<http::reply> rep);

private:
    file_transformer* _transformer;
};

/// Serves the files below a directory; for a directory its index.html. For routes whose end is the parameter "path":
/// `routes.add(operation_type::GET, url("/files").remainder("path"), new directory_handler("/srv/www"))`.
class directory_handler : public file_interaction_handler {
public:
    explicit directory_handler(const sstring& doc_root, file_transformer* transformer = nullptr)
        : file_interaction_handler(transformer), _doc_root(doc_root) {}
    future<std::unique_ptr<http::reply>> handle(const sstring& path, std::unique_ptr<http::request> req,
                                                std::unique_ptr<http::reply> rep) override;

private:
    sstring _doc_root;
};

/// Serves one file. `force_path`: redirects to the path with "/" at its end first.
class file_handler : public file_interaction_handler {
public:
    explicit file_handler(const sstring& file, file_transformer* transformer = nullptr, bool force_path = true)
        : file_interaction_handler(transformer), _file(file), _force_path(force_path) {}
    future<std::unique_ptr<http::reply>> handle(const sstring& path, std::unique_ptr<http::request> req,
                                                std::unique_ptr<http::reply> rep) override;

private:
    sstring _file;
    bool _force_path;
};

}
