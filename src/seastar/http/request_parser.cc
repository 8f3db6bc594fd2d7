#include "http/request_parser.hh"

#include <algorithm>
#include <charconv>

namespace seastar::httpd {

using status = http::reply::status_type;

namespace {

bool is_token_char(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view s) noexcept { return !s.empty() && std::all_of(s.begin(), s.end(), is_token_char); }

std::string_view trim(std::string_view s) noexcept {
    while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) {
        s.remove_prefix(1);
    }
    while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) {
        s.remove_suffix(1);
    }
    return s;
}

bool same(std::string_view a, std::string_view b) noexcept {
    http::internal::case_insensitive_less less;
    return !less(a, b) && !less(b, a);
}

bool is_control(char c) noexcept { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }

constexpr size_t chunk_line_max = 256;
constexpr size_t trailer_bytes_max = 8192;

}

size_t find_head_end(std::string_view data, size_t looked_at) noexcept {
    auto at = data.find("\r\n\r\n", looked_at < 3 ? 0 : looked_at - 3);
    return at == std::string_view::npos ? at : at + 4;
}

status parse_head(std::string_view head, size_t header_count_max, http::request& req) {
    auto line_end = head.find("\r\n");
    auto line = head.substr(0, line_end);
    auto first = line.find(' ');
    auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return status::bad_request;
    }
    auto method = line.substr(0, first);
    auto url = line.substr(first + 1, last - first - 1);
    auto version = line.substr(last + 1);
    auto printable = [](char c) { return c > ' ' && c != '\x7f'; };
    if (!is_token(method) || url.empty() || !std::all_of(url.begin(), url.end(), printable) ||
        version.substr(0, 5) != "HTTP/") {
        return status::bad_request;
    }
    version.remove_prefix(5);
    if (version != "1.1" && version != "1.0") {
        return status::http_version_not_supported;
    }
    req._method = sstring(method);
    req._url = sstring(url);
    req._version = sstring(version);
    head.remove_prefix(line_end + 2);
    for (size_t count = 0; head != "\r\n"; ++count) {
        line_end = head.find("\r\n");
        line = head.substr(0, line_end);
        head.remove_prefix(line_end + 2);
        if (count == header_count_max) {
            return status::request_header_fields_too_large;
        }
        auto colon = line.find(':');
        // Neither white space before the colon nor folded lines.
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
            return status::bad_request;
        }
        auto name = line.substr(0, colon);
        auto value = trim(line.substr(colon + 1));
        if (std::any_of(value.begin(), value.end(), is_control)) {
            return status::bad_request;
        }
        auto [at, fresh] = req._headers.try_emplace(sstring(name), sstring(value));
        if (!fresh) {
            if (same(name, "Content-Length") || same(name, "Transfer-Encoding") || same(name, "Host")) {
                return status::bad_request;
            }
            at->second = at->second + ", " + sstring(value);
        }
    }
    auto type = req.get_header("Content-Type");
    if (same(std::string_view(type).substr(0, 19), "multipart/form-data")) {
        req.content_type_class = http::request::ctclass::multipart;
    } else if (same(std::string_view(type).substr(0, 33), "application/x-www-form-urlencoded")) {
        req.content_type_class = http::request::ctclass::app_x_www_urlencoded;
    }
    return status::ok;
}

status body_length(http::request& req, bool& chunked) {
    auto length = req.get_header("Content-Length");
    auto encoding = req.get_header("Transfer-Encoding");
    chunked = encoding.size() > 0;
    if (chunked) {
        // HTTP/1.0 knows no chunks: a proxy of that version would see another end of the request.
        return length.size() || req._version == "1.0" || !same(encoding, "chunked") ? status::bad_request : status::ok;
    }
    if (length.size()) {
        auto* end = length.data() + length.size();
        auto [at, error] = std::from_chars(length.data(), end, req.content_length);
        if (error == std::errc::result_out_of_range) {
            return status::payload_too_large;
        }
        if (error != std::errc() || at != end) {
            return status::bad_request;
        }
    }
    return status::ok;
}

std::pair<size_t, chunk_parser::state> chunk_parser::parse(std::string_view data) {
    size_t used = 0;
    for (;;) {
        auto rest = data.substr(used);
        if (_part == part::data) {
            auto n = std::min(_left, rest.size());
            _body.append(rest.substr(0, n));
            used += n;
            _left -= n;
            if (_left > 0) {
                return {used, state::more};
            }
            _part = part::data_end;
            continue;
        }
        auto end = rest.find("\r\n");
        if (end == std::string_view::npos) {
            return {used, rest.size() > chunk_line_max ? state::bad : state::more};
        }
        auto line = rest.substr(0, end);
        if (line.size() > chunk_line_max || std::any_of(line.begin(), line.end(), is_control)) {
            return {used, state::bad};
        }
        used += end + 2;
        switch (_part) {
        case part::data_end:
            if (!line.empty()) {
                return {used, state::bad};
            }
            _part = part::size;
            break;
        case part::trailer:
            if (line.empty()) {
                return {used, state::done};
            }
            _trailer_bytes += line.size() + 2;
            if (_trailer_bytes > trailer_bytes_max) {
                return {used, state::bad};
            }
            break;
        default: {
            auto digits = line.substr(0, line.find(';'));
            if (digits.size() < line.size()) {
                digits = digits.substr(0, digits.find_last_not_of(" \t") + 1); // before an extension only
            }
            size_t size = 0;
            auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
            if (error == std::errc::result_out_of_range) {
                return {used, state::too_large};
            }
            if (error != std::errc() || at != digits.data() + digits.size()) {
                return {used, state::bad};
            }
            if (size > _limit - _announced) {
                return {used, state::too_large};
            }
            _announced += size;
            _left = size;
            _part = size ? part::data : part::trailer;
        }
        }
    }
}

}
