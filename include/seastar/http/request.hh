/// One HTTP request as a server has received it.
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/http/common.hh>
#include <seastar/net/socket_defs.hh>

#include <optional>
#include <vector>

namespace seastar::http {

/// Header names are found in any case. The body is complete, limited by the server; or, where the server streams
/// (http_server::set_content_streaming()), to be read from content_stream.
struct request {
    using query_parameters_type = std::map<sstring, std::vector<sstring>>;
    enum class ctclass : char { other, multipart, app_x_www_urlencoded };

    sstring _method;
    sstring _url;               ///< as sent; after parse_query_param(): the path alone
    sstring _version;           ///< "1.1"
    size_t content_length = 0;
    internal::header_map _headers;
    httpd::parameters param;    ///< from the route
    std::map<sstring, sstring> query_parameters; ///< the last value of each
    query_parameters_type _all_query_parameters;
    sstring content;
    /// The body, until the reply has been sent; null unless the server streams. Fails with bad_request_exception when
    /// it does not come as announced. What the handler leaves is dropped.
    input_stream<char>* content_stream = nullptr;
    sstring protocol_name = "http";
    ctclass content_type_class = ctclass::other;
    socket_address _client_address;
    socket_address _server_address;

    const socket_address& get_client_address() const { return _client_address; }
    const socket_address& get_server_address() const { return _server_address; }
    /// Empty when there is none.
    sstring get_header(std::string_view name) const;
    sstring get_query_param(const sstring& name) const;
    bool has_query_param(const sstring& name) const { return query_parameters.count(name) != 0; }
    std::vector<sstring> get_query_param_array(const sstring& name) const;
    sstring get_path_param(const sstring& name) const { return param.get_decoded_param(name); }
    const sstring& get_protocol_name() const { return protocol_name; }
    sstring get_url() const;
    bool is_multi_part() const { return content_type_class == ctclass::multipart; }
    bool is_form_post() const { return content_type_class == ctclass::app_x_www_urlencoded; }
    bool should_keep_alive() const;
    /// Splits the query off _url and fills query_parameters. Returns the path, still percent-encoded.
    sstring parse_query_param();
};

}

namespace seastar::httpd {
using request = http::request;
}
