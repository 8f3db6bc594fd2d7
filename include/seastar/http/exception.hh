/// Exceptions that become replies with a status of their own.
#pragma once

#include <seastar/http/reply.hh>
#include <seastar/json/json_elements.hh>

#include <exception>
#include <string>

namespace seastar::httpd {

class base_exception : public std::exception {
    sstring _msg;
    http::reply::status_type _status;

public:
    base_exception(const sstring& msg, http::reply::status_type status) : _msg(msg), _status(status) {}
    const char* what() const noexcept override { return _msg.c_str(); }
    http::reply::status_type status() const { return _status; }
    virtual const sstring& str() const { return _msg; }
};

class redirect_exception : public base_exception {
public:
    sstring url;
    explicit redirect_exception(const sstring& url,
                                http::reply::status_type status = http::reply::status_type::moved_permanently)
        : base_exception("", status), url(url) {}
};
class not_found_exception : public base_exception {
public:
    explicit not_found_exception(const sstring& msg = "Not found")
        : base_exception(msg, http::reply::status_type::not_found) {}
};
class bad_request_exception : public base_exception {
public:
    explicit bad_request_exception(const sstring& msg) : base_exception(msg, http::reply::status_type::bad_request) {}
};
class bad_param_exception : public bad_request_exception {
public:
    using bad_request_exception::bad_request_exception;
};
class missing_param_exception : public bad_request_exception {
public:
    explicit missing_param_exception(const sstring& param)
        : bad_request_exception("Missing mandatory parameter '" + param + "'") {}
};
class bad_chunk_exception : public bad_request_exception {
public:
    explicit bad_chunk_exception(const sstring& msg) : bad_request_exception(msg) {}
};
/// The reply of a server to a request of this program's had a status that it cannot use.
class unexpected_status_error : public base_exception {
public:
    explicit unexpected_status_error(http::reply::status_type status)
        : base_exception("unexpected status " + sstring(std::to_string(static_cast<int>(status))), status) {}
};
class response_parsing_exception : public base_exception {
public:
    explicit response_parsing_exception(const sstring& msg)
        : base_exception(msg, http::reply::status_type::internal_server_error) {}
};
class server_error_exception : public base_exception {
public:
    explicit server_error_exception(const sstring& msg)
        : base_exception(msg, http::reply::status_type::internal_server_error) {}
};

/// An exception as the body of a reply: {"message": ..., "code": ...}.
class json_exception : public json::json_base {
public:
    json::json_element<std::string> _msg;
    json::json_element<int> _code;

    explicit json_exception(const base_exception& e) { set(e.str(), e.status()); }
    /// Compat: what an exception that is no base_exception says stays here; it is not the stranger's business.
    explicit json_exception(std::exception_ptr) {
        set("Internal server error", http::reply::status_type::internal_server_error);
    }

private:
    void set(const sstring& msg, http::reply::status_type code) {
        add(&_msg, "message");
        add(&_code, "code");
        _msg = std::string(msg);
        _code = static_cast<int>(code);
    }
};

}

template <>
struct fmt::formatter<seastar::httpd::base_exception, char, void> : seastar::internal::what_formatter {};
