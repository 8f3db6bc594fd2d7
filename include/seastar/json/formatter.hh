/// Values as JSON (RFC 8259).
#pragma once

#include <seastar/core/iostream.hh>
#include <seastar/core/sstring.hh>

#include <concepts>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace seastar::json {

class jsonable;
using date_time = std::tm;

namespace internal {
template <typename T>
concept text = std::is_convertible_v<const T&, std::string_view>;
template <typename T>
concept pair = requires(const T& p) {
    p.first;
    p.second;
};
template <typename T>
concept range = !text<T> && requires(const T& r) {
    r.begin();
    r.end();
};
template <typename T>
concept map = range<T> && requires { typename T::mapped_type; };
}

/// Static functions only. to_json() makes a string; write() sends the same to a stream, a range piece by piece, and
/// what it refers to outlives the future.
///
/// Numbers, bools, texts, jsonable objects; ranges of what is among these are arrays, maps are objects.
class formatter {
public:
    static std::string to_json(std::string_view text);
    static std::string to_json(const char* text, size_t size) { return to_json(std::string_view(text, size)); }
    static std::string to_json(const char* text) { return to_json(std::string_view(text)); }
    static std::string to_json(const std::string& text) { return to_json(std::string_view(text)); }
    static std::string to_json(const sstring& text) { return to_json(std::string_view(text)); }
    template <std::integral T>
    static std::string to_json(T n) {
        if constexpr (std::is_same_v<T, bool>) {
            return n ? "true" : "false";
        } else {
            return std::to_string(n);
        }
    }
    /// Throws std::out_of_range for what JSON cannot say: infinities and NaN.
    static std::string to_json(float n);
    static std::string to_json(double n);
    /// "Thu Jan 01 12:00:00 UTC 1970"
    static std::string to_json(const date_time& d);
    static std::string to_json(const jsonable& object);
    template <internal::pair T>
    static std::string to_json(const T& p) {
        // Compat: a key is written as a value is: numbers stand without quotes.
        return to_json(p.first) + ":" + to_json(p.second);
    }
    template <internal::range T>
        requires(!std::is_base_of_v<jsonable, T>)
    static std::string to_json(const T& range) {
        std::string out(1, internal::map<T> ? '{' : '[');
        const char* comma = "";
        for (auto&& element : range) {
            out += std::exchange(comma, ",") + to_json(element);
        }
        return out += internal::map<T> ? '}' : ']';
    }

    static future<> write(output_stream<char>& out, const jsonable& object);
    template <typename T>
        requires(!std::is_base_of_v<jsonable, T> && !internal::range<T>)
    static future<> write(output_stream<char>& out, const T& value) {
        return write_text(out, to_json(value));
    }
    template <internal::range T>
        requires(!std::is_base_of_v<jsonable, T>)
    static future<> write(output_stream<char>& out, const T& range) {
        return write_elements<T>(out, range.begin(), range.end(), internal::map<T> ? "{" : "[");
    }

private:
    static future<> write_text(output_stream<char>& out, std::string text);
    template <typename Range, typename Iterator>
    static future<> write_elements(output_stream<char>& out, Iterator at, Iterator end, const char* before) {
        if (at == end) {
            return write_text(out, std::string(before == std::string_view(",") ? "" : before) +
                                       (internal::map<Range> ? "}" : "]"));
        }
        auto written = out.write(before);
        auto element = [&out, at]() -> future<> {
            if constexpr (internal::pair<std::remove_cvref_t<decltype(*at)>>) {
                return write(out, at->first).then([&out] { return out.write(":"); }).then([&out, at] {
                    return write(out, at->second);
                });
            } else {
                return write(out, *at);
            }
        };
        auto next = std::next(at);
        return std::move(written).then(std::move(element)).then([&out, next, end] {
            return write_elements<Range>(out, next, end, ",");
        });
    }
};

}
