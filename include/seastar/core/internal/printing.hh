/// What our types need to be printed, without the weight of <ostream> and fmt: who prints includes those.
///
/// fmt::formatter is declared here and nothing more of fmt.
///
/// fmt keeps its names in an inline namespace of its major version. If fmt was included before, it says which; else
/// it is SEASTAR_FMT_MAJOR, which the build sets for any version but Debian 12's.
#pragma once

#include <cstddef>
#include <iosfwd>

#if defined(FMT_VERSION)
#undef SEASTAR_FMT_MAJOR
#if FMT_VERSION >= 120000
#define SEASTAR_FMT_MAJOR 12
#elif FMT_VERSION >= 110000
#define SEASTAR_FMT_MAJOR 11
#elif FMT_VERSION >= 100000
#define SEASTAR_FMT_MAJOR 10
#else
#define SEASTAR_FMT_MAJOR 9
#endif
#elif !defined(SEASTAR_FMT_MAJOR)
#define SEASTAR_FMT_MAJOR 9
#endif

#define SEASTAR_INTERNAL_FMT_NAMESPACE2(major) v##major
#define SEASTAR_INTERNAL_FMT_NAMESPACE(major) SEASTAR_INTERNAL_FMT_NAMESPACE2(major)

namespace fmt {
inline namespace SEASTAR_INTERNAL_FMT_NAMESPACE(SEASTAR_FMT_MAJOR) {
template <typename T, typename Char, typename Enable>
struct formatter;
}
}

namespace seastar::internal {

/// The parse() of a formatter that takes no format specification.
struct plain_formatter {
    template <typename Context>
    constexpr auto parse(Context& context) {
        return context.begin();
    }
};

template <typename T>
concept printable = requires(std::ostream& os, const T& value) { os << value; };

/// os << text, for headers that include only <iosfwd>.
std::ostream& print_text(std::ostream& os, const char* text, size_t size);

/// Copies characters to an output iterator.
template <typename Out>
Out write_text(Out out, const char* text, size_t size) {
    for (; size != 0; --size) {
        *out++ = *text++;
    }
    return out;
}

/// The formatter of an exception: prints what it says.
struct what_formatter : plain_formatter {
    template <typename Exception, typename Context>
    typename Context::iterator format(const Exception& e, Context& context) const {
        const char* what = e.what();
        return write_text(context.out(), what, __builtin_strlen(what));
    }
};

}
