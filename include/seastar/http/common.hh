/// Words of HTTP that requests, replies and routes share.
#pragma once

#include <seastar/core/sstring.hh>

#include <map>
#include <string_view>

namespace seastar {

namespace http::internal {

/// Header names compare without regard to case (RFC 9110 section 5.1).
struct case_insensitive_less {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept;
};
using header_map = std::map<sstring, sstring, case_insensitive_less>;

/// Decodes %XX and, in queries, '+'. False when a '%' is not followed by two hex digits.
bool url_decode(std::string_view in, sstring& out, bool plus_is_space = true);
sstring url_encode(std::string_view in);

}

namespace httpd {

enum operation_type { GET, POST, PUT, DELETE, HEAD, OPTIONS, TRACE, CONNECT, PATCH, NUM_OPERATION };

/// NUM_OPERATION for a word that is no method.
operation_type str2type(std::string_view type);
sstring type2str(operation_type type);

/// What a route's parameters matched in the path.
class parameters {
    std::map<sstring, sstring> _params;

public:
    const sstring& path(const sstring& key) const { return _params.at(key); }
    sstring operator[](const sstring& key) const { return get_decoded_param(key); }
    const sstring& at(const sstring& key) const { return path(key); }
    bool exists(const sstring& key) const { return _params.count(key) != 0; }
    void set(const sstring& key, const sstring& value) { _params[key] = value; }
    void clear() { _params.clear(); }
    /// Without the leading '/', percent-decoded.
    sstring get_decoded_param(const sstring& key) const;
};

}
}
