#include <seastar/http/common.hh>

#include <algorithm>
#include <array>

namespace seastar {

namespace http::internal {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}

bool case_insensitive_less::operator()(std::string_view a, std::string_view b) const noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return lower(x) < lower(y); });
}

bool url_decode(std::string_view in, sstring& out, bool plus_is_space) {
    std::string text;
    text.reserve(in.size());
    for (size_t i = 0; i < in.size(); ++i) {
        if (in[i] == '%') {
            if (i + 2 >= in.size() || hex_digit(in[i + 1]) < 0 || hex_digit(in[i + 2]) < 0) {
                return false;
            }
            text += static_cast<char>(hex_digit(in[i + 1]) * 16 + hex_digit(in[i + 2]));
            i += 2;
        } else {
            text += in[i] == '+' && plus_is_space ? ' ' : in[i];
        }
    }
    out = text;
    return true;
}

sstring url_encode(std::string_view in) {
    std::string out;
    for (unsigned char c : in) {
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                     c == '_' || c == '.' || c == '~';
        if (plain) {
            out += static_cast<char>(c);
        } else {
            out += '%';
            out += "0123456789ABCDEF"[c >> 4];
            out += "0123456789ABCDEF"[c & 15];
        }
    }
    return out;
}

}

namespace httpd {

namespace {
constexpr std::array<std::string_view, NUM_OPERATION> method_names = {"GET",   "POST",    "PUT",  "DELETE", "HEAD",
                                                                      "OPTIONS", "TRACE", "CONNECT", "PATCH"};
}

operation_type str2type(std::string_view type) {
    auto at = std::find(method_names.begin(), method_names.end(), type);
    return static_cast<operation_type>(at - method_names.begin());
}

sstring type2str(operation_type type) {
    return type < NUM_OPERATION ? sstring(method_names[type]) : sstring("unknown");
}

sstring parameters::get_decoded_param(const sstring& key) const {
    auto at = _params.find(key);
    if (at == _params.end()) {
        return {};
    }
    std::string_view raw(at->second);
    if (!raw.empty() && raw.front() == '/') {
        raw.remove_prefix(1);
    }
    sstring decoded;
    return http::internal::url_decode(raw, decoded, false) ? decoded : sstring();
}

}
}
