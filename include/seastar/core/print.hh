/// Formatted printing on streams and into strings.
#pragma once

#include <seastar/core/format.hh>
#include <seastar/core/internal/exception_text.hh>

#include <iosfwd>

namespace seastar {

namespace internal {
void vprint(std::ostream& os, fmt::string_view format, fmt::format_args args);
}

/// On standard output.
template <typename... Args>
void print(fmt::format_string<Args...> format_string, Args&&... args) {
    fmt::vprint(format_string, fmt::make_format_args(args...));
}
template <typename... Args>
std::ostream& fmt_print(std::ostream& os, fmt::format_string<Args...> format_string, Args&&... args) {
    internal::vprint(os, format_string, fmt::make_format_args(args...));
    return os;
}
template <typename... Args>
std::ostream& print(std::ostream& os, fmt::format_string<Args...> format_string, Args&&... args) {
    return fmt_print(os, format_string, std::forward<Args>(args)...);
}

namespace internal {

/// What format_separated() returns; refers to the range.
template <typename Iterator>
struct separated {
    Iterator begin;
    Iterator end;
    const char* separator;

    friend std::ostream& operator<<(std::ostream& os, const separated& s) {
        for (Iterator i = s.begin; i != s.end; ++i) {
            if (i != s.begin) {
                print_text(os, s.separator, __builtin_strlen(s.separator));
            }
            os << *i;
        }
        return os;
    }
};

}

/// The elements of a range with something between them, for printing on an ostream. Valid as long as the range is.
template <typename Iterator>
auto format_separated(Iterator begin, Iterator end, const char* separator = ", ") {
    return internal::separated<Iterator>{begin, end, separator};
}

}
