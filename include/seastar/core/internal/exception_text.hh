/// Exceptions as text: `std::runtime_error (what it says)`, or the type alone where it says nothing; by ostream and
/// fmt.
#pragma once

#include <seastar/core/internal/owned_text.hh>

#include <exception>
#include <iosfwd>
#include <utility>

namespace seastar {

/// Both a function and the cleanup after it failed: the cleanup's error is `inner`, the first one `outer`.
class nested_exception : public std::exception {
public:
    std::exception_ptr inner;
    std::exception_ptr outer;
    nested_exception(std::exception_ptr inner, std::exception_ptr outer) noexcept
        : inner(std::move(inner)), outer(std::move(outer)) {}
    const char* what() const noexcept override;
    [[noreturn]] void rethrow_nested() const { std::rethrow_exception(outer); }
};

namespace internal {

/// "type (what)" for what derives from std::exception, else "type"; followed by ": " and the nested exception, if any.
/// For a seastar::nested_exception: "seastar::nested_exception: INNER (while cleaning up after OUTER)".
/// A null pointer is "<no exception>". Never throws.
owned_text text_of(const std::exception_ptr& exception) noexcept;

}
}

namespace std {
ostream& operator<<(ostream& os, const exception_ptr& exception);
}

template <>
struct fmt::formatter<std::exception_ptr, char, void> : seastar::internal::plain_formatter {
    template <typename Context>
    typename Context::iterator format(const std::exception_ptr& exception, Context& context) const {
        auto text = seastar::internal::text_of(exception);
        return seastar::internal::write_text(context.out(), text.data(), text.size());
    }
};
