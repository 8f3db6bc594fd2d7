#include <seastar/json/formatter.hh>
#include <seastar/json/json_elements.hh> // tidy-allow(cycle): objects that format themselves are values too

#include <charconv>
#include <cmath>
#include <stdexcept>

namespace seastar::json {

namespace {

void put_escaped(std::string& out, unsigned char c) {
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    default: break;
    }
    if (c < 0x20) {
        constexpr char digits[] = "0123456789abcdef";
        out.append("\\u00") += digits[c >> 4];
        out += digits[c & 15];
    } else {
        out += static_cast<char>(c);
    }
}

template <typename Number>
std::string number_text(Number n) {
    if (!std::isfinite(n)) {
        throw std::out_of_range("JSON has no number for infinity and NaN");
    }
    char text[64];
    return std::string(text, std::to_chars(text, text + sizeof(text), n).ptr);
}

}

std::string formatter::to_json(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    out += '"';
    for (char c : text) {
        put_escaped(out, static_cast<unsigned char>(c));
    }
    return out += '"';
}

std::string formatter::to_json(float n) { return number_text(n); }
std::string formatter::to_json(double n) { return number_text(n); }

std::string formatter::to_json(const date_time& d) {
    char text[64];
    auto size = std::strftime(text, sizeof(text), "%a %b %d %I:%M:%S %Z %Y", &d);
    return to_json(std::string_view(text, size));
}

std::string formatter::to_json(const jsonable& object) { return object.to_json(); }

future<> formatter::write(output_stream<char>& out, const jsonable& object) { return object.write(out); }

// The stream has its own copy when the call returns.
future<> formatter::write_text(output_stream<char>& out, std::string text) { return out.write(text); }

}
