#include <seastar/http/request.hh>

namespace seastar::http {

sstring request::get_header(std::string_view name) const {
    auto at = _headers.find(name);
    return at == _headers.end() ? sstring() : at->second;
}

sstring request::get_query_param(const sstring& name) const {
    auto at = query_parameters.find(name);
    return at == query_parameters.end() ? sstring() : at->second;
}

std::vector<sstring> request::get_query_param_array(const sstring& name) const {
    auto at = _all_query_parameters.find(name);
    return at == _all_query_parameters.end() ? std::vector<sstring>() : at->second;
}

sstring request::get_url() const { return protocol_name + "://" + get_header("Host") + _url; }

bool request::should_keep_alive() const {
    internal::case_insensitive_less less;
    auto connection = get_header("Connection");
    auto is = [&](std::string_view word) { return !less(connection, word) && !less(word, connection); };
    return _version == "1.0" ? is("keep-alive") : !is("close");
}

sstring request::parse_query_param() {
    std::string_view url(_url);
    auto mark = url.find('?');
    auto path = sstring(url.substr(0, mark));
    auto query = mark == std::string_view::npos ? std::string_view() : url.substr(mark + 1);
    while (!query.empty()) {
        auto end = query.find('&');
        auto item = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        auto equals = item.find('=');
        sstring name, value;
        if (!item.empty() && internal::url_decode(item.substr(0, equals), name) &&
            (equals == std::string_view::npos || internal::url_decode(item.substr(equals + 1), value))) {
            query_parameters[name] = value;
            _all_query_parameters[name].push_back(value);
        }
    }
    _url = path;
    return path;
}

}
