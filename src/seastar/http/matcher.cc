#include <seastar/http/matcher.hh>

#include <algorithm>

namespace seastar::httpd {

size_t param_matcher::match(const sstring& url, size_t at, parameters& params) {
    auto end = _entire_path ? url.size() : std::min<size_t>(url.find('/', at + 1), url.size());
    if (end <= at + 1 && !_entire_path) {
        return sstring::npos;
    }
    params.set(_name, url.substr(at, end - at));
    return end;
}

bool param_matcher::is_same(const matcher& other) const {
    auto* o = dynamic_cast<const param_matcher*>(&other);
    return o && o->_name == _name && o->_entire_path == _entire_path;
}

size_t str_matcher::match(const sstring& url, size_t at, parameters&) {
    auto rest = std::string_view(url).substr(at);
    if (!rest.starts_with(_text)) {
        return sstring::npos;
    }
    rest.remove_prefix(_text.size());
    return rest.empty() || rest.front() == '/' ? at + _text.size() : sstring::npos;
}

bool str_matcher::is_same(const matcher& other) const {
    auto* o = dynamic_cast<const str_matcher*>(&other);
    return o && o->_text == _text;
}

}
