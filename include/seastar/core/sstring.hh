/// The string of the library: 16 bytes, texts of up to 14 characters without allocation, sizes of 32 bits.
///
/// Converts freely from and to the strings of the standard library, prints and hashes like them; fmt formats it through
/// its conversion to std::string_view.
#pragma once

#include <seastar/core/internal/printing.hh>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace seastar {

template <typename CharType, typename Size, Size MaxSize, bool NulTerminate = true>
class basic_sstring;
template <typename CharType>
class temporary_buffer;

using sstring = basic_sstring<char, uint32_t, 15>;

namespace internal {

[[noreturn]] void throw_sstring_out_of_range(const char* where);
[[noreturn]] void throw_sstring_overflow();
/// Throws std::bad_alloc.
void* allocate_sstring(size_t size);
void free_sstring(void* p, size_t size) noexcept;
std::istream& read_word(std::istream& is, std::string& word);

}

/// Lives where its owner puts it; moving leaves the source empty. Characters are contiguous and, with NulTerminate,
/// followed by a null character. Longer than Size can count: std::overflow_error. Outside the string:
/// std::out_of_range.
template <typename CharType, typename Size, Size MaxSize, bool NulTerminate>
class basic_sstring {
    static_assert(sizeof(CharType) == 1, "single-byte characters only");
    static_assert(MaxSize >= 3 && MaxSize <= 127, "the inline size has to fit one signed byte");

    static constexpr unsigned padding_size = NulTerminate ? 1 : 0;

    // Short texts stand in `internal`; its size is negative when the text is `external`.
    union contents {
        struct internal_type {
            CharType text[MaxSize];
            int8_t size;
        } internal;
        struct external_type {
            CharType* text;
            Size size;
        } external;
        static_assert(offsetof(external_type, size) + sizeof(Size) < sizeof(internal_type));
        static_assert(MaxSize >= padding_size);
    };
    contents _u = {}; // all zero: the empty text

public:
    using value_type = CharType;
    using view_type = std::basic_string_view<CharType>;
    using std_string = std::basic_string<CharType>;
    using traits_type = std::char_traits<CharType>;
    using allocator_type = std::allocator<CharType>;
    using reference = CharType&;
    using const_reference = const CharType&;
    using pointer = CharType*;
    using const_pointer = const CharType*;
    using iterator = CharType*;
    using const_iterator = const CharType*;
    using difference_type = std::ptrdiff_t;
    using size_type = Size;
    static constexpr size_type npos = static_cast<size_type>(-1);
    struct initialized_later {};

    basic_sstring() noexcept = default;
    basic_sstring(const basic_sstring& other) : basic_sstring(other.data(), other.size()) {}
    basic_sstring(basic_sstring&& other) noexcept : _u(other._u) { other.set_empty(); }
    /// Room for `size` characters whose values are not set yet.
    basic_sstring(initialized_later, size_t size) { initialize(size); }
    basic_sstring(const CharType* text, size_t size) { copy(text, size, initialize(size)); }
    basic_sstring(size_t size, CharType c) { fill(initialize(size), size, c); }
    basic_sstring(const char* text)
        requires std::is_same_v<CharType, char>
        : basic_sstring(text, std::strlen(text)) {}
    basic_sstring(const std_string& s) : basic_sstring(s.data(), s.size()) {}
    basic_sstring(std::initializer_list<CharType> chars) : basic_sstring(chars.begin(), chars.size()) {}
    template <typename Iterator>
        requires requires(Iterator a, Iterator b) {
            { *a } -> std::convertible_to<CharType>;
            { b - a } -> std::convertible_to<std::ptrdiff_t>;
            ++a;
        }
    basic_sstring(Iterator begin, Iterator end) {
        for (CharType* to = initialize(size_t(end - begin)); begin != end; ++begin) {
            *to++ = *begin;
        }
    }
    basic_sstring(view_type view) : basic_sstring(view.data(), view.size()) {}

    basic_sstring& operator=(const basic_sstring& other) {
        if (this != &other) {
            basic_sstring copy(other);
            swap(copy);
        }
        return *this;
    }
    basic_sstring& operator=(basic_sstring&& other) noexcept {
        if (this != &other) {
            destroy();
            _u = other._u;
            other.set_empty();
        }
        return *this;
    }
    ~basic_sstring() { destroy(); }

    operator view_type() const noexcept { return view(); }
    operator std_string() const { return std_string(data(), size()); }

    size_t size() const noexcept { return is_internal() ? size_t(_u.internal.size) : _u.external.size; }
    size_t length() const noexcept { return size(); }
    bool empty() const noexcept { return size() == 0; }
    const CharType* data() const noexcept { return is_internal() ? _u.internal.text : _u.external.text; }
    CharType* data() noexcept { return is_internal() ? _u.internal.text : _u.external.text; }
    /// The text followed by a null character; where the string keeps none, the caller must not look for one.
    const CharType* c_str() const noexcept { return data(); }
    /// How many bytes behind the text belong to it (the null character).
    size_t padding() const noexcept { return padding_size; }

    iterator begin() noexcept { return data(); }
    iterator end() noexcept { return data() + size(); }
    const_iterator begin() const noexcept { return data(); }
    const_iterator end() const noexcept { return data() + size(); }
    const_iterator cbegin() const noexcept { return begin(); }
    const_iterator cend() const noexcept { return end(); }

    reference operator[](size_type pos) noexcept { return data()[pos]; }
    const_reference operator[](size_type pos) const noexcept { return data()[pos]; }
    reference at(size_t pos) {
        check(pos < size(), "sstring::at");
        return data()[pos];
    }
    const_reference at(size_t pos) const {
        check(pos < size(), "sstring::at");
        return data()[pos];
    }
    reference front() noexcept { return *data(); }
    const_reference front() const noexcept { return *data(); }
    reference back() noexcept { return data()[size() - 1]; }
    const_reference back() const noexcept { return data()[size() - 1]; }

    void swap(basic_sstring& other) noexcept {
        contents u = _u;
        _u = other._u;
        other._u = u;
    }

    /// The position of the first `c` at `pos` or behind it, or npos.
    size_t find(CharType c, size_t pos = 0) const noexcept { return result(view().find(c, pos)); }
    size_t find(view_type s, size_t pos = 0) const noexcept { return result(view().find(s, pos)); }
    size_t find(const basic_sstring& s, size_t pos = 0) const noexcept { return result(view().find(s.view(), pos)); }
    size_t find(const CharType* s, size_t pos = 0) const noexcept { return result(view().find(s, pos)); }
    size_t find(const CharType* s, size_t pos, size_t length) const noexcept {
        return result(view().find(view_type(s, length), pos));
    }
    /// The position of the last `c` at `pos` or before it, or npos.
    size_t find_last_of(CharType c, size_t pos = npos) const noexcept {
        return result(view().rfind(c, pos == npos ? view().npos : pos));
    }

    bool starts_with(view_type s) const noexcept { return view().starts_with(s); }
    bool starts_with(CharType c) const noexcept { return view().starts_with(c); }
    bool starts_with(const CharType* s) const noexcept { return view().starts_with(s); }
    bool ends_with(view_type s) const noexcept { return view().ends_with(s); }
    bool ends_with(CharType c) const noexcept { return view().ends_with(c); }
    bool ends_with(const CharType* s) const noexcept { return view().ends_with(s); }
    bool contains(view_type s) const noexcept { return view().find(s) != view().npos; }
    bool contains(CharType c) const noexcept { return view().find(c) != view().npos; }
    bool contains(const CharType* s) const noexcept { return view().find(s) != view().npos; }

    basic_sstring substr(size_t from, size_t length = npos) const {
        check(from <= size(), "sstring::substr");
        return basic_sstring(data() + from, length < size() - from ? length : size() - from);
    }

    basic_sstring& append(const CharType* text, size_t length) {
        replace(size(), 0, text, length);
        return *this;
    }
    basic_sstring& append(view_type s) { return append(s.data(), s.size()); }
    basic_sstring& operator+=(view_type s) { return append(s.data(), s.size()); }
    basic_sstring& operator+=(const basic_sstring& s) { return append(s.data(), s.size()); }
    basic_sstring& operator+=(const std_string& s) { return append(s.data(), s.size()); }
    basic_sstring& operator+=(const CharType* s) { return append(view_type(s)); }
    basic_sstring& operator+=(CharType c) { return append(&c, 1); }

    /// Makes it `length` long; new characters are `c`.
    void resize(size_t length, CharType c = '\0') {
        size_t old = size();
        if (length < old) {
            *this = basic_sstring(data(), length);
        } else if (length > old) {
            basic_sstring longer(initialized_later(), length);
            copy(data(), old, longer.data());
            fill(longer.data() + old, length - old, c);
            *this = std::move(longer);
        }
    }
    /// Makes room for `length` characters and lets `op(data, length)` fill them and say how many there are.
    template <typename Operation>
    void resize_and_overwrite(size_t length, Operation op) {
        basic_sstring text(initialized_later(), length);
        size_t used = std::move(op)(text.data(), length);
        check(used <= length, "sstring::resize_and_overwrite");
        text.resize(used);
        *this = std::move(text);
    }

    /// Replaces `n1` characters at `pos` (as many as there are) by `n2` others, which may be part of this string.
    basic_sstring& replace(size_t pos, size_t n1, const CharType* text, size_t n2) {
        check(pos <= size(), "sstring::replace");
        if (n1 > size() - pos) {
            n1 = size() - pos;
        }
        if (n1 == n2) {
            if (n2 != 0) {
                traits_type::move(data() + pos, text, n2);
            }
            return *this;
        }
        basic_sstring result(initialized_later(), size() - n1 + n2);
        copy(data(), pos, result.data());
        copy(text, n2, result.data() + pos);
        copy(data() + pos + n1, size() - pos - n1, result.data() + pos + n2);
        *this = std::move(result);
        return *this;
    }
    basic_sstring& replace(const_iterator from, const_iterator to, const CharType* begin, const CharType* end) {
        return replace(size_t(from - data()), size_t(to - from), begin, size_t(end - begin));
    }
    template <typename Iterator>
        requires(!std::is_convertible_v<Iterator, const CharType*>)
    basic_sstring& replace(const_iterator from, const_iterator to, Iterator begin, Iterator end) {
        basic_sstring text(begin, end);
        return replace(size_t(from - data()), size_t(to - from), text.data(), text.size());
    }
    template <typename Iterator>
    void insert(const_iterator at, Iterator begin, Iterator end) {
        replace(at, at, begin, end);
    }
    iterator erase(const_iterator first, const_iterator last) {
        size_t pos = size_t(first - data());
        replace(pos, size_t(last - first), nullptr, 0);
        return data() + pos;
    }

    int compare(view_type other) const noexcept { return view().compare(other); }
    int compare(size_t pos, size_t length, view_type other) const {
        check(pos <= size(), "sstring::compare");
        return view().substr(pos, length).compare(other);
    }

    /// A copy of the text, without a null character; leaves nothing here. Include temporary_buffer.hh.
    template <typename Buffer = temporary_buffer<CharType>>
    Buffer release() && {
        Buffer text(data(), size());
        *this = basic_sstring();
        return text;
    }

    friend bool operator==(const basic_sstring& a, const basic_sstring& b) noexcept { return a.view() == b.view(); }
    friend bool operator==(const basic_sstring& a, const CharType* b) noexcept { return a.view() == b; }
    friend bool operator==(const basic_sstring& a, const std_string& b) noexcept { return a.view() == b; }
    friend bool operator==(const basic_sstring& a, view_type b) noexcept { return a.view() == b; }
    friend auto operator<=>(const basic_sstring& a, const basic_sstring& b) noexcept { return a.view() <=> b.view(); }
    friend auto operator<=>(const basic_sstring& a, const CharType* b) noexcept {
        return a.view() <=> view_type(b);
    }
    friend auto operator<=>(const basic_sstring& a, view_type b) noexcept { return a.view() <=> b; }
    friend auto operator<=>(const basic_sstring& a, const std_string& b) noexcept {
        return a.view() <=> view_type(b);
    }

    friend basic_sstring operator+(const basic_sstring& a, const basic_sstring& b) { return joined(a, b); }
    friend basic_sstring operator+(const basic_sstring& a, const CharType* b) { return joined(a, b); }
    friend basic_sstring operator+(const CharType* a, const basic_sstring& b) { return joined(a, b); }
    friend basic_sstring operator+(const basic_sstring& a, view_type b) { return joined(a, b); }
    friend basic_sstring operator+(view_type a, const basic_sstring& b) { return joined(a, b); }
    friend basic_sstring operator+(const basic_sstring& a, const std_string& b) { return joined(a, b); }
    friend basic_sstring operator+(const std_string& a, const basic_sstring& b) { return joined(a, b); }
    friend basic_sstring operator+(const basic_sstring& a, CharType b) { return joined(a, {&b, 1}); }

    friend void swap(basic_sstring& a, basic_sstring& b) noexcept { a.swap(b); }

    friend std::ostream& operator<<(std::ostream& os, const basic_sstring& s)
        requires std::is_same_v<CharType, char>
    {
        return internal::print_text(os, s.data(), s.size());
    }
    friend std::istream& operator>>(std::istream& is, basic_sstring& s)
        requires std::is_same_v<CharType, char>
    {
        std::string word;
        internal::read_word(is, word);
        s = word;
        return is;
    }

private:
    static constexpr bool fits(size_t size) noexcept { return size + padding_size <= sizeof(contents::internal.text); }
    static basic_sstring joined(view_type a, view_type b) {
        basic_sstring r(initialized_later(), a.size() + b.size());
        copy(a.data(), a.size(), r.data());
        copy(b.data(), b.size(), r.data() + a.size());
        return r;
    }
    static void copy(const CharType* from, size_t size, CharType* to) noexcept {
        if (size != 0) {
            std::memcpy(to, from, size);
        }
    }
    static void fill(CharType* to, size_t size, CharType c) noexcept {
        std::memset(to, static_cast<unsigned char>(c), size);
    }
    static void check(bool inside, const char* where) {
        if (!inside) [[unlikely]] {
            internal::throw_sstring_out_of_range(where);
        }
    }
    static size_t result(size_t pos) noexcept { return pos == view_type::npos ? npos : pos; }

    view_type view() const noexcept { return {data(), size()}; }
    bool is_internal() const noexcept { return _u.internal.size >= 0; }
    // Makes room in a string that holds nothing yet. Returns where its characters go.
    CharType* initialize(size_t size) {
        CharType* text = _u.internal.text;
        if (fits(size)) {
            _u.internal.size = int8_t(size);
        } else {
            if (size_type(size) != size || size == npos) {
                internal::throw_sstring_overflow();
            }
            text = static_cast<CharType*>(internal::allocate_sstring(size + padding_size));
            _u.internal.size = -1;
            _u.external.text = text;
            _u.external.size = size_type(size);
        }
        if constexpr (NulTerminate) {
            text[size] = '\0';
        }
        return text;
    }
    void set_empty() noexcept { _u = {}; }
    void destroy() noexcept {
        if (!is_internal()) {
            internal::free_sstring(_u.external.text, _u.external.size + padding_size);
        }
    }
};

/// A string (an sstring, or std::string for String = std::string) of `size` characters whose values are not set yet.
template <typename String = sstring>
String uninitialized_string(size_t size) {
    if constexpr (requires { typename String::initialized_later; }) {
        return String(typename String::initialized_later(), size);
    } else {
        String s;
        s.resize(size);
        return s;
    }
}

namespace internal {

/// The decimal digits of an integer, written backwards into a buffer. Returns where they begin.
inline char* decimal_backwards(unsigned long long magnitude, bool negative, char* end) noexcept {
    do {
        *--end = char('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    if (negative) {
        *--end = '-';
    }
    return end;
}

/// As printf's %g.
size_t print_double(double value, char* buffer, size_t size) noexcept;

}

/// A number or a text as a string: `to_sstring(5)` is "5".
template <typename String = sstring, typename T>
String to_sstring(T value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value ? String("true", 4) : String("false", 5);
    } else if constexpr (std::is_same_v<T, char>) {
        return String(&value, 1);
    } else if constexpr (std::is_integral_v<T>) {
        char digits[24];
        bool negative = value < T(0);
        auto magnitude = static_cast<unsigned long long>(value);
        char* end = digits + sizeof(digits);
        char* begin = internal::decimal_backwards(negative ? 0 - magnitude : magnitude, negative, end);
        return String(begin, size_t(end - begin));
    } else if constexpr (std::is_floating_point_v<T>) {
        char text[32];
        return String(text, internal::print_double(double(value), text, sizeof(text)));
    } else {
        std::string_view text(value);
        return String(text.data(), text.size());
    }
}

/// Of a string or a literal.
constexpr size_t str_len(std::string_view s) noexcept { return s.size(); }

/// Copies the characters of strings and literals one behind the other. Returns where the next would go.
template <typename CharType>
CharType* copy_str_to(CharType* to) {
    return to;
}
template <typename CharType, typename Head, typename... Tail>
CharType* copy_str_to(CharType* to, const Head& head, const Tail&... tail) {
    std::basic_string_view<CharType> text(head);
    if (!text.empty()) {
        std::memcpy(to, text.data(), text.size());
    }
    return copy_str_to(to + text.size(), tail...);
}

/// All the strings in one, with one allocation.
template <typename String = sstring, typename... Args>
String make_sstring(const Args&... args) {
    String r = uninitialized_string<String>((std::string_view(args).size() + ... + 0));
    copy_str_to(r.data(), args...);
    return r;
}

}

/// The same as the hash of a std::string_view (and std::string) with the same characters.
template <typename CharType, typename Size, Size MaxSize, bool NulTerminate>
struct std::hash<seastar::basic_sstring<CharType, Size, MaxSize, NulTerminate>> {
    size_t operator()(const seastar::basic_sstring<CharType, Size, MaxSize, NulTerminate>& s) const noexcept {
        return std::hash<std::basic_string_view<CharType>>()(s);
    }
};
