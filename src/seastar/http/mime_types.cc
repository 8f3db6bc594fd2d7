#include <seastar/http/mime_types.hh>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace seastar::http::mime_types {

namespace {

struct entry {
    std::string_view extension;
    const char* type;
};
// In order of the extensions.
constexpr entry types[] = {
    {"7z", "application/x-7z-compressed"},
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"md", "text/markdown"},
    {"mjs", "text/javascript"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"proto", "application/vnd.google.protobuf"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tiff", "image/tiff"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
};
static_assert(std::is_sorted(std::begin(types), std::end(types),
                             [](auto& a, auto& b) { return a.extension < b.extension; }));

}

const char* extension_to_type(const sstring& extension) {
    auto at = std::lower_bound(std::begin(types), std::end(types), std::string_view(extension),
                               [](auto& e, std::string_view wanted) { return e.extension < wanted; });
    return at != std::end(types) && at->extension == std::string_view(extension) ? at->type : "text/plain";
}

}
