/// The answer to an HTTP request.
#pragma once

#include <seastar/core/future.hh>
#include <seastar/core/iostream.hh>
#include <seastar/http/common.hh>
#include <seastar/util/noncopyable_function.hh>

#include <iosfwd>

namespace seastar::http {

/// Filled in by a handler: status, headers, and a body that is a string or is written by a function.
struct reply {
    enum class status_type {
        continue_ = 100, switching_protocols = 101,
        ok = 200, created = 201, accepted = 202, nonauthoritative_information = 203, no_content = 204,
        reset_content = 205, partial_content = 206,
        multiple_choices = 300, moved_permanently = 301, moved_temporarily = 302, see_other = 303, not_modified = 304,
        use_proxy = 305, temporary_redirect = 307, permanent_redirect = 308,
        bad_request = 400, unauthorized = 401, payment_required = 402, forbidden = 403, not_found = 404,
        method_not_allowed = 405, not_acceptable = 406, request_timeout = 408, conflict = 409, gone = 410,
        length_required = 411, precondition_failed = 412, payload_too_large = 413, uri_too_long = 414,
        unsupported_media_type = 415, range_not_satisfiable = 416, expectation_failed = 417,
        page_expired = 419, unprocessable_entity = 422, upgrade_required = 426, too_many_requests = 429,
        request_header_fields_too_large = 431, login_timeout = 440,
        internal_server_error = 500, not_implemented = 501, bad_gateway = 502, service_unavailable = 503,
        gateway_timeout = 504, http_version_not_supported = 505, insufficient_storage = 507,
        bandwidth_limit_exceeded = 509, network_read_timeout = 598, network_connect_timeout = 599
    } _status;

    internal::header_map _headers;
    std::map<sstring, sstring> _cookies; ///< sent as Set-Cookie, one line each
    sstring _version = "1.1";
    sstring _content;
    bool _skip_body = false; ///< HEAD: the headers only

    reply() : _status(status_type::ok) {}
    explicit reply(status_type status) : _status(status) {}

    enum class status_class : uint8_t {
        informational = 1, success = 2, redirection = 3, client_error = 4, server_error = 5, unclassified
    };
    static constexpr status_class classify_status(status_type status) {
        auto hundreds = static_cast<int>(status) / 100;
        return hundreds >= 1 && hundreds <= 5 ? static_cast<status_class>(hundreds) : status_class::unclassified;
    }

    reply& add_header(const sstring& h, const sstring& value) {
        _headers[h] = value;
        return *this;
    }
    sstring get_header(std::string_view name) const;
    /// `value` may have attributes behind it: "abc; Path=/; HttpOnly".
    reply& set_cookie(const sstring& name, const sstring& value) {
        _cookies[name] = value;
        return *this;
    }
    reply& set_version(const sstring& version) {
        _version = version;
        return *this;
    }
    reply& set_status(status_type status, sstring content = "") {
        _status = status;
        if (content.size()) {
            _content = std::move(content);
        }
        return *this;
    }
    /// By a file's extension: "html", "json", "txt" ...
    reply& set_content_type(const sstring& extension = "html");
    reply& set_mime_type(const sstring& mime) { return add_header("Content-Type", mime); }
    reply& done() { return *this; }
    reply& done(const sstring& extension) { return set_content_type(extension); }
    sstring response_line() const;

    /// The body comes from a function, in chunks. It has to close the stream.
    void write_body(const sstring& content_type, noncopyable_function<future<>(output_stream<char>&&)>&& body_writer);
    void write_body(const sstring& content_type, sstring content);
    void skip_body() { _skip_body = true; }

    noncopyable_function<future<>(output_stream<char>&&)> _body_writer;
};

/// "404 Not Found".
std::ostream& operator<<(std::ostream& os, reply::status_type status);

namespace internal {
sstring to_sstring(reply::status_type status);
}

}

namespace seastar::httpd {
using reply = http::reply;
}

template <>
struct fmt::formatter<seastar::http::reply::status_type, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(seastar::http::reply::status_type status, Context& context) const {
        auto text = seastar::http::internal::to_sstring(status);
        return seastar::internal::write_text(context.out(), text.data(), text.size());
    }
};
